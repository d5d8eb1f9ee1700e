# 客户门户、问题日志与报表

# portal
portal-cases = 我的问题
portal-new = 提交新问题
portal-all = 查看全部
portal-open = 只看未完成的
portal-empty = 您还没有提交过问题。
portal-new-intro = 请把知道的信息一次填好，我们就不用再反复问您。不清楚的可以留空。
portal-q-title = 遇到了什么问题
portal-q-product = 哪个软件
portal-q-kind = 属于哪一类
portal-q-more = 补充说明或截图
portal-q-stopped = 工作已经无法进行，或有数据丢失
portal-send = 提交
tag-work-stopped = 客户称工作中断
portal-next-response = { $at } 前由工程师联系您
portal-next-update = { $at } 前向您通报进度
portal-next-reply = { $at } 前回复您
portal-next-resolution = { $at } 前解决
portal-next-working = 工程师正在处理
portal-next-confirm = 我们认为已经解决，请您确认
portal-next-you = 等待您的回复，收到后我们继续处理
portal-next-ended = 已结束
portal-confirm = 确认已解决
portal-why-reopen = 还有什么问题
portal-rate = 为本次服务评分
portal-rate-send = 提交评分
portal-comment = 想对我们说的话
mark-speed = 响应速度
mark-effect = 解决效果
mark-attitude = 服务态度
portal-talk = 沟通记录
portal-write = 补充信息或回复
portal-ledger = 我们的承诺
portal-promised = 承诺
portal-due = 截止
portal-ledger-help = 点击承诺可查看“为什么是这个时间”。
portal-complain = 投诉
portal-complain-what = 请告诉我们哪里做得不好
portal-complain-help = 投诉由主管处理，处理您本单的工程师不会经手。
portal-complaint-title = 关于 { $number } 的投诉
portal-withdraw = 撤回

# problem log
log-title = 问题日志
log-date = 日期
log-type = 问题类型
log-result = 处理结果
log-solver = 解决人
log-remark = 备注
log-from = 从
log-until = 到
log-empty = 这段时间没有已关闭的问题。
