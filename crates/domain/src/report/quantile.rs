//! Quantiles as statisticians' tools give them.

/// The `q`-quantile (0 ≤ q ≤ 1) of sorted values by linear interpolation between closest ranks
/// (Hyndman and Fan, type 7). `None` for no values.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 values")]
    let position = q.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and last")]
    let below = position.floor() as usize;
    let (a, b) = (*sorted.get(below)?, *sorted.get((below + 1).min(last))?);
    Some(a + (b - a) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolates_between_ranks() {
        let close = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 1e-9);
        assert!(close(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5));
        assert!(close(quantile(&[1.0, 2.0, 3.0, 4.0], 0.9), 3.7));
        assert!(close(quantile(&[5.0], 0.25), 5.0));
        assert!(quantile(&[], 0.5).is_none());
    }
}
