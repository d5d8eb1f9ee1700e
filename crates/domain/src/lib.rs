//! The rules of the house: what a ticket is, which clocks run, who may do what.
//! Everything here is a pure function of its arguments. There is no I/O, no `now()`,
//! no randomness and no finished sentence for people.

pub mod access;
pub mod agreement;
pub mod answer;
pub mod appointment;
pub mod calendar;
pub mod chat;
pub mod conduct;
pub mod dkim;
pub mod door;
pub mod emergency;
pub mod field;
pub mod id;
pub mod import;
pub mod kit;
pub mod mail_in;
pub mod named;
pub mod oncall;
pub mod people;
pub mod post;
pub mod queue;
pub mod report;
pub mod routing;
pub mod setting;
pub mod sla;
pub mod synonym;
pub mod ticket;
pub mod time;
pub mod voice;
