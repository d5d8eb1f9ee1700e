//! The `aftercare` program: command line, configuration, wiring, workers. Holds no rule, no SQL, no HTML.
mod sla;
use clap::Parser;
#[derive(Parser)]
#[command(version, about)]
struct Cli { #[command(subcommand)] command: Command }
#[derive(clap::Subcommand)]
enum Command { #[command(subcommand)] Sla(sla::Sla) }
fn main() -> anyhow::Result<()> { match Cli::parse().command { Command::Sla(c) => sla::run(&c) } }
