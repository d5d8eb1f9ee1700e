# 搜索

search = 搜索
search-do = 搜索
search-hint = 关键词、编号、错误码、姓名、电话
search-hint-short = 搜索
search-for = 搜索“%”
search-sections = 搜索范围
search-start = 想找什么，直接输入即可，两个字也能查到。
search-start-more = 可以是一句话、工单编号（AF-2026-00187）、错误码（ORA-00054）、客户名称、姓名、邮箱或电话。
search-empty = 没有找到“{ $q }”。
search-advice = 请换个说法，或只保留最关键的一两个词。
search-instead = 您是不是要找：
search-elsewhere = 其他范围内有结果，查看全部
search-without-filters = 去掉筛选条件再找一次
search-loading = 搜索正在准备，稍候即可使用。工单和队列不受影响。
search-again = 再试一次
search-open = 打开工单
search-person-tickets = 查看相关工单
search-mine-total = 共 { $n } 处，按工单列出
search-mine = 搜索我的问题
search-mine-hint = 输入关键词、编号或错误码
section-all = 全部
section-ticket = 工单
section-message = 消息
section-people = 人员
hit-ticket = 工单
hit-message = 消息
hit-contact = 联系人
hit-organisation = 单位
hit-staff = 同事
search_status-open = 未结
search_status-closed = 已结
field-q = 搜索内容
error-busy = 服务正在准备，请稍后再试。

# 同义词
admin-synonyms = 同义词
field-synonyms = 同义词
subject-synonyms = 同义词
synonyms-help = 每行一组，用 = 分开，例如：登不上 = 登录失败 = 无法登录。搜索其中一个，也会找到其他的，所输入的词排在前面。一个词只能在一组里。保存后立即生效。
synonyms-line = 第 { $n } 组：{ $what }
issue-needs_two_words = 一组至少两个词
