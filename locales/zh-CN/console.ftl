# The agent console: filters, bulk actions, the menu of verbs.
field-created_from = 创建日期从
field-created_until = 创建日期到
filter-chip = { $field }：{ $value }
filter-remove = 移除筛选
filter-organisation = 按名称查找单位
filter-tag = 添加一个标签
filters-chosen = 已选筛选

bulk-same = { $n } 张无需更改。
bulk-failed = { $n } 张未更改：
bulk-was-so = 已经是这样
bulk-chosen = 已选 N 张
bulk-all = 全选已显示的
bulk-none = 取消选择
bulk-escalate = 转高级
bulk-transfer = 转组
bulk-transfer-help = 处理人不变
bulk-keep = 不变
bulk-no-level = 无级别
bulk-raise-help = 调为紧急时必填
bulk-apply = 应用
bulk-tags-add = 添加标签
bulk-tags-remove = 移除标签
bulk-hold-help = 等待客户需要逐单写明请客户做什么，不能批量设置
bulk-resolve-help = 写入每张工单，并通知每位客户确认
field-step = 操作
issue-step_or_steps = step 与 steps 只能写一个
