# 客户与人员

nav-customers = 客户
customers-organisations = 单位
customers-contacts = 联系人
customers-contracts = 合同
customers-installations = 安装
organisation-new = 新建单位
contact-new = 添加联系人
contract-new = 添加合同
installation-new = 登记安装
installation = 安装
organisations-search = 单位名称或邮件域名
contacts-search = 姓名、电话或邮箱
contracts-search = 合同编号
installations-search = 版本，如 8.3
organisations-empty = 还没有登记客户单位。
organisations-none = 没有符合条件的单位。
contacts-empty = 还没有联系人。
contacts-none = 没有符合条件的联系人。
contracts-empty = 还没有合同。合同在单位页面中添加。
contracts-none = 没有符合条件的合同。
installations-empty = 还没有安装记录。安装在单位页面中登记。
installations-none = 没有符合条件的安装记录。
to-organisations = 选择单位
active-true = 服务中
active-false = 已停用
sees-own = 仅本人的工单
sees-organisation = 本单位全部工单
standing-in_force = 有效
standing-coming = 未开始
standing-ended = 已到期
since = 登记日期
organisation-none = 未归属单位
all-products = 全部产品
other-products = 其他产品
open-ended = 长期
open-cases = 未结工单
open-cases-none = 没有未结工单。
recent-cases = 最近的工单
all-cases = 查看全部
all-contacts = 查看全部联系人
organisation-contacts-none = 还没有联系人。添加后，来电和来信可自动识别。
organisation-contracts-none = 还没有合同，按单位或默认承诺服务。
organisation-installations-none = 还没有安装记录。登记版本和环境后，处理工单时可直接查看。
customer-note = 备注（仅内部可见）
note-help = 员工处理该客户的工单时可以看到，客户看不到。
customer-edit = 编辑
add = 添加
remove = 移除
delete = 删除
deactivate = 停用
activate = 恢复服务

# domains
domains-help = 用这些域名的邮箱来信的人，自动归入本单位。请先与客户确认。
domain-new = 新增邮件域名
takeover-offer = 有 { $n } 位未归属单位的联系人使用该域名的邮箱，可归入本单位。以前的工单不变，今后的工单算本单位。
takeover = 归入本单位
said-joined = 已归入 { $n } 位联系人。

# organisation
policy-by-default = 按默认承诺
policy-by-organisation = 按单位的承诺
policy-of-organisation-help = 合同另有约定的，以合同为准。只影响今后的工单。
policy-of-contract-help = 只影响今后的工单；已受理的工单保留受理时的承诺。
deactivate-organisation = 停用后，该单位的联系人不能再登录门户；未结工单继续处理，资料和历史保留，可随时恢复。
activate-organisation = 恢复后，该单位在用的联系人可以重新登录门户。
remove-organisation = 只有没有联系人、合同、安装和工单的单位可以删除。否则请停用。

# contact
field-contact_name = 姓名
contact-locale = 信件与门户语言
contact-cases = 提出的工单
contact-cases-none = 还没有提出过工单。
contact-active = 在用（取消后不能登录门户，已登录的立即退出）
contact-merged = 此联系人已合并到
contact-organisation-help = 输入名称的一部分，从列表中选择。可以留空。
points-help = 来电、来信和登录都按这里识别。首选邮箱用于发信。
points-new-help = 每行一个邮箱或电话，第一个为首选。
point-first = 首选
point-prefer = 设为首选
point-new = 邮箱或电话
sees-help = 在门户中能看到哪些工单。
portal = 门户
invite = 发送邀请信
invite-help = 向首选邮箱发送登录链接，7 天内有效，登录后可设置密码。
invite-cannot = 没有邮箱或已停用，不能发送邀请。
said-invited = 邀请信已写好，等待发出。
remove-contact = 只有没有提出过工单、没有写过消息的联系人可以删除。否则请停用或合并。

# merging
merge-contact = 合并联系人
merge-help = 同一个人用不同邮箱或电话来过？把两条记录合为一条。
merge-explain = 请输入要保留的联系人的邮箱、电话或编号，核对后再合并。
merge-into-contact = 要保留的联系人
merge-find = 核对
merge-from = 将并入的记录
merge-to = 保留的记录
merge-consequence = 并入记录的工单、邮箱和电话全部归到这里，原记录不能再登录；写过的消息仍署原名。合并后不能撤销。
merge-now = 合并
said-people-merged = 已合并。

# agreements
ends_on-help = 最后一天仍然有效。留空为长期。
environment-help = 操作系统、数据库、服务器等。
remove-contract = 没有工单引用的合同可以删除。到期的合同请保留，它说明当时的承诺。
remove-installation = 删除这条安装记录。工单不受影响。

# somebody else saved
stale-form = 在您编辑期间，内容已被他人修改。有差异的项下方列出了现在的内容；再次保存将以您的内容为准。
stale-now = 现在的内容：{ $value }

# staff
admin-groups = 组
admin-roles = 角色与权限
admin-products = 产品与模块
groups-empty = 还没有组。
group-new = 新建组
group-nobody = 没有成员
group-active = 在用（取消后不再出现在指派选项中，已有工单留在组内）
roles-help = 勾选后按列保存，从对方的下一次操作起生效。
role-fixed = 固定
products-empty = 还没有产品。
product-new = 添加产品
product-active = 在用（取消后不能再选，已有工单不变）
modules-help = 每行一个模块。有工单的模块不能移除。
remove-group = 没有任何规则、视图使用，也从未有过工单的组可以删除。否则请停用。
refusal-in_use_by = 不能删除，以下仍在使用：{ $uses }。可以改为停用。
use-rule = 分派规则
use-promise = 承诺的升级步骤
use-default_group = 默认组
use-view = 保存的视图
use-ticket = 工单
use-deeds = 本人的登录或操作记录
remove-staff = 从未登录、也没有经手过工单的人员可以删除，例如发错的邀请；邀请链接随即失效。否则请停用。
remove-product = 没有工单、合同和安装记录的产品可以删除。否则请停用。
right-ticket_view = 查看全部工单
right-ticket_create = 代客户新建工单
right-ticket_reply = 回复、挂起、解决、记录联系
right-ticket_note = 写内部备注
right-ticket_assign = 指派、转交、领取
right-ticket_classify = 修改分类、紧急程度、标签
right-ticket_close = 关闭、取消、重开、合并、拆分
right-ticket_excuse = 对超时免责
right-ticket_emergency = 启动和指挥应急处理
right-report_view = 查看报表与问题日志
right-export = 导出列表与报表
right-people_view = 查看客户、联系人、合同
right-people_edit = 编辑客户、联系人、合同
right-staff_edit = 管理人员、组、角色
right-promise_edit = 编辑日历与承诺
right-desk_edit = 编辑分派、字段、常用回复、产品
right-operate = 设置、令牌、任务、信件
right-audit_view = 查看操作记录
right-import = 导入、导出全部历史
right-knowledge_edit = 编辑知识

# fields, issues, audit
field-contact = 联系人
field-domains = 邮件域名
field-active = 状态
field-position = 职务
field-points = 邮箱与电话
field-sees = 可见范围
field-starts_on = 开始日期
field-ends_on = 结束日期
field-standing = 合同状态
field-product_version = 安装版本
field-environment = 环境
field-members = 成员
field-modules = 模块
field-right = 权限
field-rights = 权限
issue-public_domain = 公共邮箱域名，不能归属某个单位
issue-ambiguous = 有多个同名单位，请从单位页面添加
issue-same = 不能与自己合并
issue-too_many = 过多
issue-routed = 分派规则或默认组仍指向本组，请先修改
issue-last_administrator = 至少保留一位在岗的管理员
issue-inactive = 本人或所在单位已停用
refusal-in_use = 仍有资料或工单与它相关，不能删除。可以改为停用。
subject-domain = 邮件域名
subject-points = 邮箱与电话
subject-members = 组成员
subject-modules = 产品模块
done-invited = 邀请
done-merged = 合并
