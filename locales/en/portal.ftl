# Portal, problem log, reports
