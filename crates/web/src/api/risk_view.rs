//! What the API shows of a clock that is at risk.

use desk::risk::AtRisk;
use domain::sla::Risk;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::TicketView;

/// Why a clock is at risk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RiskView {
    /// `used`: so many percent of the target are used. `course`: of such cases fewer than half were solved in the time
    /// that is left.
    pub because: &'static str,
    /// Percent of the target, or of the cases.
    pub percent: i64,
    /// How many such cases lasted as long; with `course`.
    pub cases: Option<usize>,
    /// How alike they are: `same` (severity, product, group), `group` (severity, group), `severity`; with `course`.
    pub like: Option<&'static str>,
}

impl RiskView {
    fn of(risk: &Risk) -> Self {
        match *risk {
            Risk::Used { percent } => Self { because: "used", percent, cases: None, like: None },
            Risk::Course { like, cases, percent } => Self {
                because: "course",
                percent: percent.into(),
                cases: Some(cases),
                like: Some(like.as_str()),
            },
        }
    }
}

impl TicketView {
    /// With what is at risk.
    pub(super) fn with_risks(mut self, risks: &[AtRisk]) -> Self {
        for clock in &mut self.clocks {
            let is_its = |r: &&AtRisk| (r.clock.0.as_str(), r.clock.1) == (clock.kind, clock.cycle);
            clock.risk = risks.iter().find(is_its).map(|r| RiskView::of(&r.risk));
        }
        self
    }
}
