# The demo world

seed-title-0 = The report does not open
seed-title-1 = Data are lost after saving
seed-title-2 = Forgotten password, account locked
seed-title-3 = Import fails with ORA-00054
seed-title-4 = The page is slow
seed-title-5 = No rights to see the section
seed-title-6 = The Gantt chart does not follow
seed-title-7 = The client does not start
seed-title-8 = How are milestones set
seed-title-9 = The approval stands still
seed-body-0 = The monthly report keeps loading, on another machine too.
seed-body-1 = After saving, yesterday's data are gone.
seed-body-2 = The account is locked and no reset message comes.
seed-body-3 = The import stops half-way with an error code.
seed-body-4 = In the afternoon the page takes half a minute.
seed-body-5 = The new colleague's list is empty.
seed-body-6 = The predecessor moved, the successors did not.
seed-body-7 = A double click does nothing on the new machine.
seed-body-8 = The milestone should show on the chart.
seed-body-9 = Nobody received the change order.
seed-answer = We can reproduce it and answer before the end of the day.
seed-resolution = Restored after changing the configuration
