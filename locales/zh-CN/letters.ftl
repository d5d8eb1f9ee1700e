# 给客户的信件

letter-received-subject = { $number } 已收到：{ $title }
letter-received-body =
    { $name }，您好：

    我们已收到您的问题“{ $title }”，工单编号 { $number }。
    接下来：{ $next }，由工程师联系您。

    查看进度或补充信息：{ $link }

    { $desk }
letter-received-body-plain =
    { $name }，您好：

    我们已收到您的问题“{ $title }”，工单编号 { $number }。

    查看进度或补充信息：{ $link }

    { $desk }
letter-answered-subject = { $number } 有新回复：{ $title }
letter-answered-body =
    { $name }，您好：

    { $message }

    查看或回复：{ $link }

    { $desk }
letter-waiting-subject = { $number } 需要您的回复：{ $title }
letter-waiting-body =
    { $name }，您好：

    { $message }

    收到您的回复后我们继续处理。回复：{ $link }

    { $desk }
letter-solved-subject = { $number } 已解决，请确认：{ $title }
letter-solved-body =
    { $name }，您好：

    { $message }

    请确认问题是否已解决，并为本次服务评分：{ $link }
    如仍有问题，请在该页面选择“重新打开”。

    { $desk }
letter-solved-body-else =
    { $name }，您好：

    { $message }

    请确认问题是否已解决，并为本次服务评分：{ $link }
    如仍有问题，请在该页面选择“重新打开”。

    还有别的事吗？请写在该页面的“还有别的事吗”一栏，我们另开一张工单处理。

    { $desk }
letter-reminder-subject = { $number } 请确认是否已解决：{ $title }
letter-reminder-body =
    { $name }，您好：

    我们认为“{ $title }”已经解决，还没有收到您的确认。
    确认或重新打开：{ $link }
    若没有回复，工单将按规则关闭。

    { $desk }
letter-by = { $at } 前
letter-link-subject = { $desk } 登录链接
letter-link-body =
    { $name }，您好：

    打开下面的链接登录，30 分钟内有效，只能使用一次：
    { $link }

    如果不是您本人申请，请忽略。
letter-invitation-subject = 邀请您加入 { $desk }
letter-invitation-body =
    { $name }，您好：

    打开下面的链接设置密码，7 天内有效：
    { $link }
letter-progress-subject = { $number } 进度通报：{ $title }
letter-progress-body =
    { $name }，您好：

    “{ $title }”的最新进度：

    { $message }

    查看全部进度或回复：{ $link }

    { $desk }
letter-underway-subject = { $number } 仍在处理：{ $title }
letter-underway-body =
    { $name }，您好：

    { $message }
    （本条由系统自动发送。工程师的通报晚于约定时间，收到后会立即发给您。）

    查看进度：{ $link }

    { $desk }
letter-emergency-subject = { $number } 应急通报：{ $title }
letter-emergency-body =
    { $name }，您好：

    “{ $title }”的应急处理有新通报：

    { $message }

    查看进展或回复：{ $link }

    { $desk }
report-phase = 当前阶段
report-finding = 已查明
report-next = 下一步
report-expected = 预计完成
report-line = { $what }：{ $value }
underway = 我们仍在处理。
underway-next = 我们仍在处理，下次通报时间 { $at }。
letter-copy-body =
    { $name }，您好：

    { $message }

    您在本工单的抄送人中。直接回复本邮件即可补充情况。

    { $desk }
letter-files-left = 以下附件较大，没有随信寄出，请登录服务台查看：{ $names }
letter-forwarded-subject = { $number } { $title }
letter-forwarded-body =
    { $message }

    直接回复本邮件，答复会送到 { $desk }。
letter-transcript-subject = { $number } 对话记录：{ $title }
letter-transcript-body =
    { $name }，您好：

    以下是本次在线会话的记录。

    { $message }

    查看或补充信息：{ $link }

    { $desk }
