# Letters out, import and export

letter-state = State
letter-state-any = Any state
letter-state-kept = kept, not sent
letter-state-queued = waiting
letter-state-sent = sent
letter-state-failed = not taken yet
letter-state-rejected = refused
letters-kept-here = No mail server is configured here: letters are kept, not sent.
letters-none-in-state = No letter is in this state.
letter-to = To
letter-subject = Subject
letter-ticket = Ticket
letter-written = Written
letter-taken = Taken by the server
letter-attempts = Attempts
letter-answer = Server’s answer
letter-next = Next attempt
letter-given-up = not by itself any more
letter-send = Send
letter-send-again = Send again
letter-rejected-hint = The server refuses this letter for good. Check the address and send it again, or call the customer.
field-letter = Letter
issue-not_sendable = sent, or on its way
subject-letter = letter
