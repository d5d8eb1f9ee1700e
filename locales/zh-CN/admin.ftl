# 管理页面

calendar-x24 = 全天候 7×24
calendar-service = 工作日 9–18 点（含调休）
calendar-parity = 每天 9–18 点（节假日同）
policy-t1 = 严格版
policy-t2 = 标准版
policy-t3 = 基础版
