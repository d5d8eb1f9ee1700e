//! `aftercare check`: what a healthy installation has. It looks and changes nothing; each line says what to do.

use std::io::Write;

use anyhow::bail;
use mail::{Mailer, Phase};
use store::health::{Damage, damage};
use store::staff;

use crate::clock::entropy;
use crate::config::Config;
use crate::counted::counted;
use crate::{archive, search_index, serve};

/// Says what is wrong with an installation, and how to mend it.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    config.installed()?;
    let mut wrong = Vec::new();
    let probe = config.data.join(".write-probe");
    if let Err(e) = std::fs::write(&probe, b"") {
        wrong.push(format!(
            "{} cannot be written ({e}): give the service's user write access",
            config.data.display()
        ));
    }
    let _ = std::fs::remove_file(&probe);
    wrong.extend(check_database(config).await?);
    if let Some(host) = config.database_url.as_deref().and_then(store::in_clear) {
        wrong.push(format!(
            "what the database says is readable for everybody on the way to {host}: write sslmode=verify-full with an \
             sslrootcert in database_url, at least sslmode=require"
        ));
    }
    let public = config.public_url.as_deref().unwrap_or_default();
    if !config.listen.ip().is_loopback() && !public.starts_with("https://") {
        wrong.push(
            "reachable from outside without https: set public_url and put a TLS proxy in front".to_owned(),
        );
    }
    wrong.extend(check_mail(config).await);
    wrong.extend(check_mail_in(config));
    let mut out = std::io::stdout().lock();
    for line in &wrong {
        writeln!(out, "- {line}")?;
    }
    if wrong.is_empty() {
        writeln!(out, "everything is in order")?;
        return Ok(());
    }
    bail!("{} to mend", counted(wrong.len(), "thing"))
}

/// Tries the mail server as far as a letter would go, without one.
async fn check_mail(config: &Config) -> Option<String> {
    let smtp = match config.mail.smtp() {
        Err(e) => return Some(format!("letters cannot be sent: {e:#}")),
        Ok(None) => return None,
        Ok(Some(smtp)) => smtp,
    };
    let server = smtp.server();
    let failure = Mailer::new(smtp).probe().await.err()?;
    let advice = match failure.phase {
        Phase::Connect => "check host, port and tls, and whether a firewall lets this machine out",
        Phase::StartTls => "check tls and, for an authority of your own, ca_file",
        Phase::Auth => "check user and password",
        Phase::Letter => "ask the operator of the server",
    };
    Some(format!("the mail server {server} does not take letters ({failure}): {advice}"))
}

/// What would keep letters from coming in.
fn check_mail_in(config: &Config) -> Option<String> {
    match config.mail_in.checked() {
        Err(e) => Some(format!("letters cannot come in: {e:#}")),
        Ok(Some((listen, settings))) if settings.tls.is_none() && !listen.ip().is_loopback() => Some(
            "letters come in readable for everybody on the way: name certificate_file and key_file in [mail_in], or listen \
             on this machine only, behind a server that protects them"
                .to_owned(),
        ),
        Ok(_) => None,
    }
}

/// The database as it lies there, and only if that is whole what is in it: opening would migrate it.
async fn check_database(config: &Config) -> anyhow::Result<Vec<String>> {
    let does_not_open = |e: &dyn std::fmt::Display| {
        vec![format!("the database does not open ({e}): check database_url and free space")]
    };
    match damage(&config.database()?).await {
        Err(e) => return Ok(does_not_open(&e)),
        Ok(found) if !found.is_empty() => return Ok(found.iter().map(mend).collect()),
        Ok(_) => {}
    }
    let desk = match serve::as_it_is(&config.database()?, entropy()?).await {
        Err(e) => return Ok(does_not_open(&format!("{e:#}"))),
        Ok(desk) => desk,
    };
    let mut wrong = check_desk(&desk).await?;
    wrong.extend(overlapping_rotas(&desk).await?);
    wrong.extend(check_mailboxes(&desk).await?);
    if let Err(e) = config.mail_in.house(&desk, &config.mail.from, None).await {
        wrong.push(format!("letters cannot come in: {e:#}"));
    }
    wrong.extend(search_index::health(&desk, &serve::search(&config.data)).await?);
    let files = config.data.join("files");
    let (lost, all) = archive::lost(&desk, &files).await?;
    if !lost.is_empty() {
        wrong.push(format!(
            "{} of {all} stored files are missing or cut short under {}, the first is {}: bring the folder back from a backup",
            lost.len(),
            files.display(),
            lost.first().map_or("", String::as_str)
        ));
    }
    Ok(wrong)
}

/// Rotas in force of which one is never asked, because the other one serves the same groups.
///
/// # Errors
/// The store's.
pub async fn overlapping_rotas(desk: &desk::Desk) -> desk::Result<Vec<String>> {
    let twice = desk.read(desk::oncall::overlaps).await?;
    let said = |o: &desk::oncall::Overlap| {
        let (asked, passed) = (&o.asked.name, &o.passed.name);
        let what = match o.groups.as_slice() {
            [] => "all groups without a rota of their own".to_owned(),
            groups => groups.join(", "),
        };
        format!(
            "the rotas {asked:?} and {passed:?} both serve {what}; {asked:?}, the first by name, is asked: make one of them a \
             draft, or change its groups, under On-call \u{2192} Rotas"
        )
    };
    Ok(twice.iter().map(said).collect())
}

/// Mailboxes that could not be fetched lately.
async fn check_mailboxes(desk: &desk::Desk) -> anyhow::Result<Vec<String>> {
    let of_desk = desk.clone();
    let read = desk.read(move |r| Ok((of_desk.rules_in(r)?, store::mailbox::states(r)?))).await?;
    let (rules, states) = read;
    let active = rules.mailboxes.iter().filter(|m| m.active && m.imap.is_some());
    let troubled = active.filter_map(|m| {
        let s = states.iter().find(|s| s.mailbox == m.id && !s.failure.is_empty())?;
        let (address, failure, said) = (&m.address, &s.failure, &s.said);
        Some(format!(
            "mailbox {address} is not fetched ({failure}: {said}): see Admin → Mailboxes, test the connection"
        ))
    });
    Ok(troubled.collect())
}

/// A damage and what to do about it.
fn mend(damage: &Damage) -> String {
    match damage {
        Damage::Broken(detail) => format!(
            "the database file is damaged ({detail}): stop the service, keep a copy of the file, bring the last backup back"
        ),
        Damage::Dangling { table, missing_in } => format!(
            "rows of {table} name rows of {missing_in} that are not there: bring the last backup back, or ask us with a copy"
        ),
        Damage::Missing(name) => {
            format!("the {name} is not there: stop the service, bring the last backup back")
        }
        Damage::Empty => "the database is empty: run `aftercare migrate`".to_owned(),
        Damage::Behind(name) => {
            format!("the database is older than this program ({name} has not run): run `aftercare migrate`")
        }
    }
}

async fn check_desk(desk: &desk::Desk) -> anyhow::Result<Vec<String>> {
    let loader = desk.clone();
    let (rules, users, dead, now) = desk
        .read(move |r| {
            let rules = loader.rules_in(r)?;
            Ok((rules, staff::any(r)?, store::job::page(r, "dead", "", 100)?, r.now()))
        })
        .await?;
    let mut wrong = Vec::new();
    if let Some(ms) = desk::sweep::skew(desk).await? {
        wrong.push(format!(
            "this node's clock is {ms} ms ahead of the database server's; it fires no steps: set both by NTP"
        ));
    }
    if !users {
        wrong.push(
            "nobody can sign in: run `aftercare user add LOGIN --name NAME`, or `user passwd LOGIN` for somebody who is \
             there already"
                .to_owned(),
        );
    }
    if !dead.is_empty() {
        wrong.push(format!(
            "{} failed for good: see Admin → Jobs, mend the cause, try again",
            counted(dead.len(), "job")
        ));
    }
    let today = now.to_zoned(rules.settings.zone()).date();
    for (name, year) in rules.calendars.values().filter_map(|c| Some((&c.name, c.doc.missing_year(today)?))) {
        wrong.push(format!(
            "calendar {name:?} has no holidays for {year}: paste the notice under Admin → Calendars"
        ));
    }
    Ok(wrong)
}
