//! `imr info` and `imr optimize`.

use clap::Args as ClapArgs;

use super::{IndexChoice, Look, ReportFormat};

#[derive(Debug, ClapArgs)]
pub struct InfoArgs {
    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}

#[derive(Debug, ClapArgs)]
pub struct OptimizeArgs {
    #[command(flatten)]
    pub index: IndexChoice,
    #[command(flatten)]
    pub look: Look,
}
