//! `aftercare import csv`: a table of tickets or customers, from the command line.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use desk::Desk;
use desk::import::{IMPORT, Maker, Plan, Sheet, Told, Trial, Upload, bad_rows, read_sheet};
use domain::import::{DateOrder, Line, Mapping, Noun, Vocabulary, Wrong, guess};
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use words::Locale;

use crate::config::Config;
use crate::counted::counted;
use crate::serve;

/// A table and how to read it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CsvArgs {
    /// The table: UTF-8 or GB18030; comma, semicolon or tab between cells.
    file: PathBuf,
    /// What its rows are: tickets or customers.
    #[arg(long, default_value = "tickets")]
    of: Noun,
    /// What columns mean, as FIELD=COLUMN,…; what is not told is guessed from the names of the columns.
    #[arg(long, value_delimiter = ',')]
    map: Vec<String>,
    /// Zone of times without an offset; the installation's unless given.
    #[arg(long)]
    zone: Option<String>,
    /// How dates are written: ymd, dmy or mdy.
    #[arg(long, default_value = "ymd")]
    dates: DateOrder,
    /// Only say what would be made and which rows are bad; every row is tried, nothing is kept.
    #[arg(long)]
    dry_run: bool,
    /// Where rows that cannot be imported are written, with the reasons; FILE.bad.csv unless given.
    #[arg(long)]
    bad: Option<PathBuf>,
}

/// Reads, maps, and imports or previews.
pub(super) async fn run(args: &CsvArgs, config: &Config) -> anyhow::Result<()> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {}", args.file.display()))?;
    let sheet = read_sheet(&bytes).map_err(|e| said(&args.file, e))?;
    let desk = serve::open(&config.database()?).await?;
    let words = words::vocabulary();
    let loader = desk.clone();
    let rules = desk.read(move |r| loader.rules_in(r)).await?;
    let zone = args.zone.clone().unwrap_or_else(|| rules.settings.time_zone.clone());
    let mut mapping = guess(args.of, &sheet.head, &rules.fields, &words);
    overlay(&mut mapping, args, &sheet.head)?;
    describe(args, &sheet, &mapping)?;
    let missing = mapping.missing(args.of);
    if !missing.is_empty() {
        bail!(
            "no column gives {}: name it with --map {}=COLUMN",
            missing.join(", "),
            missing.join("=COLUMN,")
        );
    }
    if args.dry_run {
        TimeZone::get(&zone).with_context(|| format!("unknown zone {zone:?}"))?;
        let plan =
            Plan { head: sheet.head.clone(), mapping, zone, order: Some(args.dates), ..Plan::default() };
        return preview(sheet, Trial::new(desk, args.of, plan, words)?).await;
    }
    let told = Told { mapping, zone, order: args.dates, version: 0 };
    import(&desk, args, sheet, told, Arc::new(words)).await
}

fn said(file: &Path, e: desk::Error) -> anyhow::Error {
    match e {
        desk::Error::Invalid(fields) => {
            let wrong: Vec<Wrong> =
                fields.into_iter().map(|f| Wrong { field: String::new(), issue: f.issue }).collect();
            anyhow::anyhow!("{}: {}", file.display(), words::wrong(Locale::En, &wrong))
        }
        e => e.into(),
    }
}

/// `--map` wins over the guess; a column means one thing.
fn overlay(mapping: &mut Mapping, args: &CsvArgs, head: &[String]) -> anyhow::Result<()> {
    for pair in &args.map {
        let (field, column) = pair.split_once('=').context("--map takes FIELD=COLUMN,…")?;
        let known = args.of.fields().contains(&field) || field.starts_with(domain::import::EXTRA);
        if !known {
            bail!("there is no field {field:?}; fields: {}", args.of.fields().join(", "));
        }
        let at = head.iter().position(|h| h == column.trim());
        let at = at.with_context(|| format!("no column {column:?}; columns: {}", head.join(", ")))?;
        mapping.0.retain(|_, i| *i != at);
        mapping.0.insert(field.to_owned(), at);
    }
    Ok(())
}

fn describe(args: &CsvArgs, sheet: &Sheet, mapping: &Mapping) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let separator = if sheet.separator == '\t' { "tab".to_owned() } else { sheet.separator.to_string() };
    writeln!(out, "{} rows of {}, {}, separated by {separator}", sheet.rows.len(), args.of, sheet.encoding)?;
    for (field, i) in &mapping.0 {
        writeln!(out, "  {field:16} ← {}", sheet.head.get(*i).map_or("", String::as_str))?;
    }
    let unused = mapping.unused(&sheet.head);
    if !unused.is_empty() {
        writeln!(out, "  not used: {}", unused.join(", "))?;
    }
    Ok(())
}

/// What the first rows would become, and which rows would be bad; nothing of it stays.
async fn preview(sheet: Sheet, trial: Trial) -> anyhow::Result<()> {
    const SHOWN: usize = 10;
    const BAD: usize = 100;
    let tried = trial.of(sheet.rows, SHOWN).await?;
    let mut out = std::io::stdout().lock();
    for (no, line) in &tried.first {
        let shown = match line {
            Ok(Line::Ticket(t)) => format!("{} · {} {}", t.title, t.requester_name, t.requester),
            Ok(Line::Customer(c)) => format!("{} · {}", c.organisation, c.contact),
            Err(_) => continue,
        };
        writeln!(out, "{no:>6}  {shown}")?;
    }
    for (no, wrong) in tried.bad.iter().take(BAD) {
        writeln!(out, "{no:>6}  ! {}", words::wrong(Locale::En, wrong))?;
    }
    if tried.bad.len() > BAD {
        writeln!(out, "        … {} more", tried.bad.len() - BAD)?;
    }
    writeln!(out, "{} of {} rows are bad; nothing was imported", tried.bad.len(), tried.rows)?;
    all_good(tried.bad.len())
}

async fn import(
    desk: &Desk,
    args: &CsvArgs,
    sheet: Sheet,
    mut told: Told,
    words: Arc<Vocabulary>,
) -> anyhow::Result<()> {
    let name = args.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let bar = ProgressBar::new(sheet.rows.len() as u64);
    let upload = Upload { noun: args.of, name, sheet };
    let id = desk::import::upload(desk, &IMPORT, upload, &words).await?;
    told.version = stored(desk, &id).await?.version;
    desk::import::tell(desk, &IMPORT, id.clone(), told).await?;
    desk::import::start(desk, &IMPORT, id.clone(), Maker::Caller).await?;
    while desk::import::step(desk, &id, &words).await? {
        let row = stored(desk, &id).await?;
        bar.set_position(u64::try_from(row.made + row.known + row.bad).unwrap_or(0));
    }
    bar.finish();
    let row = stored(desk, &id).await?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} made, {} known already, {} bad", row.made, row.known, row.bad)?;
    let unanswered = Plan::of(&row).unanswered;
    if unanswered > 0 {
        let n = unanswered.to_string();
        writeln!(out, "{}", words::t_args(Locale::En, "import-unanswered", &[("rows", &n)]))?;
    }
    if row.bad > 0 {
        let path = args.bad.clone().unwrap_or_else(|| args.file.with_extension("bad.csv"));
        std::fs::write(&path, bad_table(desk, &id).await?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "bad rows with reasons: {}", path.display())?;
    }
    all_good(usize::try_from(row.bad).unwrap_or(usize::MAX))
}

/// Scripts learn from the exit code that rows were left out.
fn all_good(bad: usize) -> anyhow::Result<()> {
    if bad > 0 {
        bail!("{} left out", counted(bad, "bad row"));
    }
    Ok(())
}

async fn stored(desk: &Desk, id: &str) -> desk::Result<store::import::ImportRow> {
    let id = id.to_owned();
    desk.read(move |r| store::import::one(r, &id)?.ok_or(desk::Error::NotFound)).await
}

async fn bad_table(desk: &Desk, id: &str) -> desk::Result<Vec<u8>> {
    let heads = Locale::ALL.map(|l| words::t(l, "import-why").to_owned()).to_vec();
    let say = |wrong: &[Wrong]| Locale::ALL.map(|l| words::wrong(l, wrong)).to_vec();
    bad_rows(desk, id.to_owned(), heads, say).await
}

/// A job of the workers: makes the next rows, then lets others go first.
pub(crate) async fn job(desk: &Desk, row: store::job::JobRow, words: &Arc<Vocabulary>) -> desk::Result<()> {
    let bad = |e: serde_json::Error| desk::Error::Internal(e.to_string());
    let payload: desk::import::ImportJob = serde_json::from_str(&row.payload).map_err(bad)?;
    let left = match desk::import::step(desk, &payload.import, words).await {
        // Discarded meanwhile.
        Err(desk::Error::NotFound) => false,
        left => left?,
    };
    desk.write(&IMPORT, move |unit| {
        store::job::done(unit.work, &row)?;
        if left {
            store::job::insert(unit.work, desk::import::ImportJob::KIND, &payload, unit.now)?;
            unit.work.publish("import", &payload.import)?;
        }
        Ok(())
    })
    .await
}
