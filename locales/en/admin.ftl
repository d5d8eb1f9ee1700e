# Administration

calendar-x24 = Around the clock
calendar-service = Workdays 9–18
calendar-parity = Every day 9–18
policy-t1 = Strict
policy-t2 = Standard
policy-t3 = Basic
