//! The whole product in one process, on both engines.

#[cfg(test)]
mod access;
#[cfg(test)]
mod api;
#[cfg(test)]
mod api_customer;
#[cfg(test)]
mod api_docs;
#[cfg(test)]
mod api_own;
#[cfg(test)]
mod api_refusals;
#[cfg(test)]
mod appointments;
#[cfg(test)]
mod appraisal;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod at_fields;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod chat_hands;
#[cfg(test)]
mod chat_mutations;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod complaints;
#[cfg(test)]
mod conduct;
#[cfg(test)]
mod console;
#[cfg(test)]
mod demo_again;
#[cfg(test)]
mod dkim;
#[cfg(test)]
mod dues;
#[cfg(test)]
mod emergencies;
#[cfg(test)]
mod escalation;
#[cfg(test)]
mod extra_filters;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod faults_search;
#[cfg(test)]
mod following;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod housekeeping;
#[cfg(test)]
mod imap;
#[cfg(test)]
mod imap_tls;
#[cfg(test)]
mod import;
#[cfg(test)]
mod intake_checks;
#[cfg(test)]
mod joins;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod left_open;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod levels;
#[cfg(test)]
mod links_end;
#[cfg(test)]
mod list;
#[cfg(test)]
mod live;
#[cfg(test)]
mod mail_as_written;
#[cfg(test)]
mod mail_care;
#[cfg(test)]
mod mail_colleague;
#[cfg(test)]
mod mail_copies;
#[cfg(test)]
mod mail_demo;
#[cfg(test)]
mod mail_forward;
#[cfg(test)]
mod mail_in;
#[cfg(test)]
mod mail_key;
#[cfg(test)]
mod mail_origin;
#[cfg(test)]
mod mail_out;
#[cfg(test)]
mod mail_server;
#[cfg(test)]
mod mail_swaks;
#[cfg(test)]
mod mailboxes;
#[cfg(test)]
mod merge_undo;
#[cfg(test)]
mod message_length;
#[cfg(test)]
mod name_order;
#[cfg(test)]
mod oncall;
#[cfg(test)]
mod oncall_agree;
#[cfg(test)]
mod oncall_draft;
#[cfg(test)]
mod oncall_pages;
#[cfg(test)]
mod one_address;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod pages_say;
#[cfg(test)]
mod paging;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod people;
#[cfg(test)]
mod progress;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod push;
#[cfg(test)]
mod recount;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod risk;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod rules_api;
#[cfg(test)]
mod rules_at_fields;
#[cfg(test)]
mod search;
#[cfg(test)]
mod search_finds;
#[cfg(test)]
mod search_index;
#[cfg(test)]
mod search_nodes;
#[cfg(test)]
mod senders;
#[cfg(test)]
mod slips;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod together;
#[cfg(test)]
mod undo;
#[cfg(test)]
mod wallboard;
#[cfg(test)]
mod what_if;
#[cfg(test)]
mod what_if_rota;
