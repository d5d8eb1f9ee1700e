# 值班：值班表、调班、休假、呼叫
event-step-called = ；已呼叫 { $who }（“{ $rota }”：{ $why }）
oncall-turn = “{ $layer }”轮到值班
oncall-next = “{ $layer }”中 { $passed } 休假或另有值班，顺延
oncall-override = 临时调班
oncall-swap = 双方换班
oncall-fallback = 无人排班，由兜底人员值班
oncall-nobody = 无人可值班，已通知值班表负责人和主管
right-oncall_edit = 编辑值班表，安排调班和休假
subject-rota = 值班表
subject-oncall_override = 调班
subject-oncall_leave = 休假
subject-oncall_phone = 值班电话
