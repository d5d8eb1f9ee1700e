# 呼叫值班：直到有人确认
means-in_app = 站内
means-mail = 邮件
means-push = 浏览器推送
oncall-behind = “{ $layer }”中的下一位，前面的人未确认
oncall-no_rota = 没有值班表，由主管应答
event-paged = 呼叫值班 { $who }（{ $means }）。“{ $rota }”：{ $why }
event-paged-plain = 呼叫 { $who }（{ $means }）。{ $why }
event-page-unanswered = { $who } 在 { $n } 分钟内未确认呼叫，改呼下一位
event-page-unanswered-last = { $who } 在 { $n } 分钟内未确认呼叫，已没有其他人可呼叫
event-page-acknowledged = 已确认呼叫（{ $means }）
page-call = 呼叫值班
page-acknowledge = 确认并打开工单
page-acknowledge-plain = 确认
page-mute = 本机静音
page-unmute = 本机恢复铃声
page-sound-refused = 浏览器未允许播放铃声，点击此处开启
page-link-help = 确认后，系统不再呼叫下一位。此链接无需登录，24 小时内有效。
page-link-dead = 链接无效或已过期。请登录后在页面上方确认。
page-link-home = 打开服务台
page-link-open = 打开工单（需要登录）
page-over-acknowledged = { $who } 已于 { $at } 确认，不再呼叫。
page-over-responded = { $who } 已于 { $at } 联系客户或开始处理，不再呼叫。
page-over-taken = { $who } 已于 { $at } 接手，不再呼叫。
page-over-called_off = { $who } 已于 { $at } 撤回误调的紧急，不再呼叫。
page-over-over = 工单已于 { $at } 处理完毕，不再呼叫。
said-page-acknowledged = 已确认呼叫，不再呼叫下一位
field-page_next_minutes = 呼叫未确认时改呼下一位（分钟）
page-next-help = 按自然时间计算，不看工作日历。1–60 分钟。
letter-page-subject = { $number } 呼叫值班：{ $title }
letter-page-body =
    { $name }，您好：

    { $why }
    工单 { $number }：{ $title }

    请在 { $n } 分钟内确认，否则系统将呼叫下一位：
    { $link }

    打开工单：{ $case }

    { $desk }
push = 本机推送
push-help = 开启后，呼叫值班时此浏览器会弹出通知，页面关闭时也能收到，可直接在通知中确认。每台设备分别开启。
push-add = 在本机开启推送
push-remove = 停用
push-this = 本机
push-is-on = 本机已开启推送。
push-none = 此浏览器不支持推送，或当前不是通过 https 访问。
push-refused = 未能开启：浏览器未允许通知，或连接不上浏览器的推送服务。请在浏览器设置中允许本站通知后重试。
said-push-on = 已开启推送
said-push-off = 已停用推送
subject-oncall_push = 本机推送
