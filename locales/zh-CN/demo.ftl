# 演示数据

seed-title-0 = 报表打不开
seed-title-1 = 保存后数据丢失
seed-title-2 = 忘记密码，账号锁死
seed-title-3 = 导入失败，提示 ORA-00054
seed-title-4 = 页面很慢
seed-title-5 = 权限不足，看不到标段
seed-title-6 = 甘特图联动不对
seed-title-7 = 客户端无法启动
seed-title-8 = 里程碑怎样设置
seed-title-9 = 审批停在总工节点
seed-body-0 = 打开月进度报表时一直转圈，换电脑也一样。
seed-body-1 = 点击保存后再打开，昨天填的数据没有了。
seed-body-2 = 连续输错后账号被锁，收不到重置短信。
seed-body-3 = 导入工程量清单，到一半提示错误代码。
seed-body-4 = 下午打开进度页面要等半分钟。
seed-body-5 = 新同事登录后列表是空的。
seed-body-6 = 前置任务延后，后续任务没有变化。
seed-body-7 = 新电脑双击图标没有反应。
seed-body-8 = 需要在甘特图上显示节点。
seed-body-9 = 变更单提交后没有人收到。
seed-answer = 您好，已经复现，正在处理，今天下班前给您答复。
seed-resolution = 调整配置后恢复
