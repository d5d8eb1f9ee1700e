# 大屏

wallboard = 大屏
board-as-of = { $at } 更新
board-back = 返回工单
board-next = 接下来到期
board-next-none = 没有将到期的承诺
board-overdue = 已超时
board-more = 还有 { $n } 件
board-overdue-none = 没有超时的工单
board-at_risk = 可能超时
board-at_risk-none = 没有可能超时的工单
board-open = 未结
board-unassigned = 未分配
board-waiting = 等待中
board-opened_today = 今日受理
board-solved_today = 今日解决
board-oncall = 现在值班
board-oncall-none = 还没有值班表
board-oncall-more = 另有 { $n } 张值班表，见“值班”页
