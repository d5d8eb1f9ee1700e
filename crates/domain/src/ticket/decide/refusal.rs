//! Why a verb is refused.

use crate::named;

named! {
    /// Why the rules say no. The words and what to do instead are made where people read them.
    pub enum Refusal ("refusal") {
        /// The ticket has ended; open it again or open a new one.
        Ended = "ended",
        /// It was merged; go on in the other ticket.
        Merged = "merged",
        /// A text is missing.
        EmptyText = "empty_text",
        /// Waiting for the customer needs a message to the customer (P5).
        NeedsMessage = "needs_message",
        /// A reason is missing.
        NeedsReason = "needs_reason",
        /// Only a solved ticket can be confirmed or rated.
        NotResolved = "not_resolved",
        /// The window in which it could be opened again is over; open a new one (M5).
        WindowOver = "window_over",
        /// It is not waiting.
        NotWaiting = "not_waiting",
        /// Not one of the waiting states.
        NotAWaitingStatus = "not_a_waiting_status",
        /// It has not ended, so it cannot be opened again.
        NotEnded = "not_ended",
        /// It was not merged.
        NotMerged = "not_merged",
        /// A ticket cannot be combined with itself.
        SameTicket = "same_ticket",
        /// The instant lies in the future.
        InFuture = "in_future",
        /// Back-dated by more than 72 hours (K3).
        TooOld = "too_old",
        /// The instant lies before the ticket came.
        BeforeReceived = "before_received",
        /// Marks are 1 to 5.
        BadMarks = "bad_marks",
        /// Level 1 is an urgent fault.
        LevelNeedsUrgent = "level_needs_urgent",
        /// A level is for faults.
        LevelNeedsFault = "level_needs_fault",
        /// Only a fault keeps its level; take that away first.
        KindHasLevel = "kind_has_level",
        /// Only an urgent clock can be attended.
        NothingToAttend = "nothing_to_attend",
        /// That clock was not broken.
        NotBreached = "not_breached",
        /// A target of the promise cannot be computed: its calendar never opens.
        NeverOpens = "never_opens",
        /// The person is not active.
        InactivePerson = "inactive_person",
        /// There is no senior engineer who could take it.
        NoSenior = "no_senior",
        /// A complaint about the person's own case (S2-115).
        OwnCase = "own_case",
        /// The person handles a complaint about this case (S2-115).
        OwnComplaint = "own_complaint",
        /// A complaint goes on in another complaint only: in its case it would be in the hands that it is about.
        ComplaintApart = "complaint_apart",
        /// Tickets of two people are merged only within one organisation.
        OtherCustomer = "other_customer",
        /// A complaint stays linked with its case: who may handle it depends on it.
        ComplaintStays = "complaint_stays",
        /// There is no emergency on the ticket, or it was called off.
        NoEmergency = "no_emergency",
        /// The emergency still runs; end it first.
        EmergencyRunning = "emergency_running",
        /// The emergency is over; resume it instead.
        EmergencyOver = "emergency_over",
        /// The emergency is finished; only its measures change.
        EmergencyFinished = "emergency_finished",
        /// Without a review an emergency is not finished.
        NeedsReview = "needs_review",
        /// A plan needs the instant for which it is promised.
        NeedsTime = "needs_time",
        /// The instant has passed.
        NotInFuture = "not_in_future",
        /// The emergency has no measure with this number.
        NoMeasure = "no_measure",
        /// A merge is taken back at once, by who merged, while nothing has happened since, or not at all.
        TooLate = "too_late",
        /// An answer is taken back by who gave it, before it has left, or not at all.
        AlreadySent = "already_sent",
        /// The appointment was kept or called off; agree on a new one.
        AppointmentOver = "appointment_over",
        /// Customers are called within service hours only.
        OutsideService = "outside_service",
        /// Nobody was asked whether there is anything else, or it was answered.
        NotAsked = "not_asked",
        /// The chat is over.
        ChatOver = "chat_over",
        /// A colleague has taken the chat.
        ChatTaken = "chat_taken",
        /// Only who has the chat does that.
        ChatNotYours = "chat_not_yours",
        /// The person has as many chats as one may have.
        ChatsFull = "chats_full",
        /// Nobody is there to chat; what was written can be left as a case.
        ChatClosed = "chat_closed",
        /// More than fit.
        TooMany = "too_many",
        /// Browser push is not set up on this node.
        PushOff = "push_off",
        /// Something else still names it; deactivate it instead.
        InUse = "in_use",
    }
}

impl std::error::Error for Refusal {}
