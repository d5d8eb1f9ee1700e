# The agent console: filters, bulk actions, the menu of verbs.
field-created_from = Created from
field-created_until = Created until
filter-chip = { $field }: { $value }
filter-remove = Remove filter
filter-organisation = Find an organisation by name
filter-tag = Add a tag
filters-chosen = Chosen filters

bulk-same = { $n } needed no change.
bulk-failed = { $n } not changed:
bulk-was-so = is so already
bulk-chosen = N chosen
bulk-all = Choose all shown
bulk-none = Choose none
bulk-escalate = Escalate
bulk-transfer = Transfer
bulk-transfer-help = The assignee stays
bulk-keep = Unchanged
bulk-no-level = No level
bulk-raise-help = Needed when it becomes urgent
bulk-apply = Apply
bulk-tags-add = Add tags
bulk-tags-remove = Remove tags
bulk-hold-help = Waiting for the customer needs a message in each case and is not done in bulk
bulk-resolve-help = Written into each ticket; each customer is asked to confirm
field-step = Step
issue-step_or_steps = give either step or steps
