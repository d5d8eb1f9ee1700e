//! The project's own commands: `cargo xtask test`, `tidy`, `eval`, `bench`, `fault`, `shots`. Never part of the product.

mod bench;
mod eval;
mod eval_import;
mod fault;
mod postgres;
mod run;
mod test;
mod tidy;
mod tools;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what is missing on a Debian machine and runs all tests on both engines, the browser included.
    Test {
        /// Property tests with 10,000 cases each.
        #[arg(long)]
        long: bool,
    },
    /// Checks the rules of the house that the compiler does not.
    Tidy,
    /// Measures against the data beside the repository.
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Measures the release build: pages, creates, seed, start, live updates, search, rebuild.
    Bench(bench::BenchArgs),
    /// Kills real processes and counts what must hold all the same.
    #[command(subcommand)]
    Fault(fault::Fault),
    /// Takes pictures of the pages: two languages, two themes, two widths.
    Shots {
        /// Folder for the pictures.
        #[arg(default_value = "frontend/e2e/out")]
        out: String,
        /// Only these pages.
        pages: Vec<String>,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Test { long } => test::run(long),
        Command::Tidy => tidy::run(),
        Command::Eval(what) => eval::run(&what),
        Command::Bench(args) => bench::run(args),
        Command::Fault(what) => fault::run(what),
        Command::Shots { out, pages } => {
            tools::browser()?;
            run::cargo(&["build", "-p", "aftercare"])?;
            let mut args = vec!["frontend/e2e/shots.mjs".to_owned(), out];
            args.extend(pages);
            run::command("node", &args.iter().map(String::as_str).collect::<Vec<_>>(), &[])
        }
    }
}
