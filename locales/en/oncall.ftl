# On-call: rotas, overrides, leave, pages
event-step-called = ; called { $who } (“{ $rota }”: { $why })
oncall-turn = their turn in “{ $layer }”
oncall-next = next in “{ $layer }”: { $passed } on leave or with another duty
oncall-override = put in by hand
oncall-swap = swapped by both
oncall-fallback = nobody planned, so the fallback
oncall-nobody = nobody is left; the rota’s owner and the supervisors were told
right-oncall_edit = Edit rotas, overrides and leave
subject-rota = rota
subject-oncall_override = on-call override
subject-oncall_leave = leave
subject-oncall_phone = on-call phone
