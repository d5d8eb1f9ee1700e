# 信件外发、导入与导出

letter-state = 状态
letter-state-any = 全部状态
letter-state-kept = 已保存，未发出
letter-state-queued = 等待发出
letter-state-sent = 已发出
letter-state-failed = 暂未发出
letter-state-rejected = 被拒收
letters-kept-here = 本服务台没有配置邮件服务器，信件只保存，不发出。
letters-none-in-state = 没有处于该状态的信件。
letter-to = 收件人
letter-subject = 主题
letter-ticket = 工单
letter-written = 写成
letter-taken = 服务器接收
letter-attempts = 发送次数
letter-answer = 服务器答复
letter-next = 下次发送
letter-given-up = 不再自动发送
letter-send = 发送
letter-send-again = 再次发送
letter-rejected-hint = 服务器永久拒收。请核对收件地址，改正后再次发送，或电话联系客户。
field-letter = 信件
issue-not_sendable = 已发出或正在发送
subject-letter = 信件
