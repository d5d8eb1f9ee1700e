//! Tickets and what belongs to them: rows in, rows out.

mod acting;
mod counts;
mod cycles;
mod draft;
mod event;
mod extra;
mod firing;
mod list;
mod log;
mod message;
mod past;
mod promised;
mod read;
mod risk;
mod row;
mod running;
mod view;
mod write;

pub use acting::{acting_clocks, earlier_slots};
pub use counts::{add_counts, count_of, happened, late, staff_load};
pub(crate) use cycles::assemble_cycles;
pub use cycles::{PastCycle, past_cycles};
pub use draft::{DraftRow, delete_draft, draft, drafting, drafts, save_draft};
pub(crate) use event::{actor, actor_columns};
pub use event::{
    course_of_severity, emergency_events, events, handling_events, insert_events, recent_events,
    related_events,
};
pub use extra::index_all as index_extra;
pub use firing::{claim_due, firings, insert_firings, next_clock};
pub use list::{Cursor, Filter, Keys, ListRow, Order, list, rows_of};
pub(crate) use list::{assemble, assemble_rows, narrow};
pub(crate) use log::assemble_log;
pub use log::{LogFilter, LogRow, problem_log};
pub(crate) use message::read_message;
pub use message::{
    MessageRow, delete_message, held, insert_message, let_go, messages, reports, set_delivered,
};
pub use past::{PastRow, past};
pub use promised::{Promised, promised};
pub use read::{
    by_external_ref, by_id, by_number, clocks, count_running_in, holds, imported, nearest_of, next_instant,
    number_of, running_in, shown_clocks, silent_tickets, slots, tickets_of_assignee, with_clocks,
};
pub use risk::{Running, past_resolutions, running_of};
pub(crate) use risk::{assemble_holds, assemble_running};
pub(crate) use row::{read as read_ticket, ticket_columns};
pub use running::{RunningRow, running};
pub use view::{SavedView, delete_view, save_view, views};
pub use write::{insert, next_number, update};

/// The statement lists of this module's parts.
pub(crate) const LISTS: &[(&str, &[(&str, crate::statement::Stmt)])] = &[
    ("ticket::acting", acting::STATEMENTS),
    ("ticket::counts", counts::STATEMENTS),
    ("ticket::draft", draft::STATEMENTS),
    ("ticket::event", event::STATEMENTS),
    ("ticket::extra", extra::STATEMENTS),
    ("ticket::firing", firing::STATEMENTS),
    ("ticket::message", message::STATEMENTS),
    ("ticket::past", past::STATEMENTS),
    ("ticket::read", read::STATEMENTS),
    ("ticket::promised", promised::STATEMENTS),
    ("ticket::risk", risk::STATEMENTS),
    ("ticket::running", running::STATEMENTS),
    ("ticket::view", view::STATEMENTS),
    ("ticket::write", write::STATEMENTS),
];
