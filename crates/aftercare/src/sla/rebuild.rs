//! `aftercare sla rebuild`: what is cached of the clocks, recomputed from history and calendars.

use std::io::Write;

use desk::Desk;
use desk::rebuild::{Wrong, check, mend};

use crate::config::Config;
use crate::counted::counted;
use crate::serve;

/// Runs the command. With `only_check` nothing is changed, and differences are a failure.
pub(super) async fn run(config: &Config, only_check: bool) -> anyhow::Result<()> {
    let desk = serve::open(&config.installed()?).await?;
    let wrong = all(&desk, only_check).await?;
    if wrong > 0 && only_check {
        anyhow::bail!("{} to mend: `aftercare sla rebuild` does it", counted(wrong, "ticket"));
    }
    Ok(())
}

/// Checks everything and, unless told otherwise, mends it; says what was found and how far it is. Returns how many
/// tickets were wrong.
pub(crate) async fn all(desk: &Desk, only_check: bool) -> anyhow::Result<usize> {
    let bar = indicatif::ProgressBar::new_spinner();
    let (mut tickets, mut wrong, mut differences) = (0, 0, 0);
    let mut after = Some(String::new());
    while let Some(from) = after {
        let page = check(desk, from).await?;
        tickets += page.tickets;
        for found in &page.wrong {
            wrong += 1;
            differences += found.differences.len() + usize::from(found.nearest.is_some());
            bar.suspend(|| tell(found))?;
            if !only_check {
                mend(desk, &found.number).await?;
            }
        }
        bar.set_message(format!("{tickets} tickets, {wrong} differ"));
        bar.tick();
        after = page.next;
    }
    bar.finish_and_clear();
    let mended = if only_check || wrong == 0 { "" } else { ", all mended" };
    let line = format!(
        "{} checked, {wrong} wrong in {}{mended}",
        counted(tickets, "ticket"),
        counted(differences, "value")
    );
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(wrong)
}

fn tell(found: &Wrong) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let number = &found.number;
    for d in &found.differences {
        let (clock, cycle) = (d.milestone, d.cycle);
        writeln!(out, "{number} {clock}/{cycle} {}: {} should be {}", d.what, d.kept, d.right)?;
    }
    if let Some([kept, right]) = &found.nearest {
        writeln!(out, "{number} next due in lists: {kept} should be {right}")?;
    }
    Ok(())
}
