# The wallboard

wallboard = Wallboard
board-as-of = as of { $at }
board-back = Back to tickets
board-next = Due next
board-next-none = No promise falls due
board-overdue = Overdue
board-more = { $n } more
board-overdue-none = Nothing is overdue
board-at_risk = At risk
board-at_risk-none = Nothing is at risk
board-open = Open
board-unassigned = Unassigned
board-waiting = Waiting
board-opened_today = Came today
board-solved_today = Solved today
board-oncall = On call now
board-oncall-none = There is no rota yet
board-oncall-more = { $n ->
        [one] { $n } more rota
       *[other] { $n } more rotas
    } under “On-call”
