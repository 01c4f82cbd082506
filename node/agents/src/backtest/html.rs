//! The report as one page without anything from elsewhere.

use super::{Report, Step};
use crate::log::Happened;
use alloy_primitives::{I256, U256};
use std::fmt::Write;

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 220.0;
/// Points that a plot draws: more than a screen shows would only make the page large.
const MAX_POINTS: usize = 2_000;
/// Rows of the table; the JSON has all.
const MAX_ROWS: usize = 2_000;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#222;background:#fff}\
table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:left}\
svg{width:100%;height:auto;border:1px solid #ddd}.no{color:#b00020}code{font-size:12px;word-break:break-all}";

/// The page.
pub fn page(report: &Report) -> String {
    let mut out = String::from("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    let _ = write!(out, "<title>Backtest of {0}</title><style>{STYLE}</style></head><body>", report.account);
    let _ = write!(out, "<h1>Backtest</h1><p>Account <code>{}</code>. ", report.account);
    out.push_str(match report.assumed {
        true => "Something was assumed that the past did not have, so this is what would have happened.",
        false => "Nothing was assumed: every block gave the receipts that its header names.",
    });
    out.push_str("</p>");
    totals(&mut out, report);
    let equity: Vec<f64> = report.steps.iter().map(|step| decimal(step.equity)).collect();
    plot(&mut out, "Worth of the assets", &equity, &report.steps, "#1a5fb4");
    plot(&mut out, "Drawdown of the value per unit, %", &drawdowns(&report.steps), &report.steps, "#b00020");
    let per_unit: Vec<f64> = report.steps.iter().map(|step| decimal(step.per_unit)).collect();
    plot(&mut out, "Value per unit", &per_unit, &report.steps, "#26752f");
    decisions(&mut out, report);
    out.push_str("</body></html>\n");
    out
}

/// A number with 18 decimals, for the eye alone.
fn decimal(value: U256) -> f64 {
    f64::from(value) / 1e18
}

fn signed(value: I256) -> String {
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{}", exact(value.unsigned_abs()))
}

/// A number with 18 decimals, exactly.
fn exact(value: U256) -> String {
    let (whole, rest) = value.div_rem(U256::from(1_000_000_000_000_000_000u64));
    format!("{whole}.{:0>18}", rest.to_string())
}

fn totals(out: &mut String, report: &Report) {
    let refused: u64 = report.refused.values().sum();
    let rules: Vec<String> = report.refused.iter().map(|(rule, count)| format!("{} {count}", escape(rule))).collect();
    let rows = [
        ("Runs", report.runs.to_string()),
        ("Runs that reverted", report.reverted.len().to_string()),
        ("Actions executed", report.executed.to_string()),
        ("Actions failed", report.failed.to_string()),
        ("Refused", format!("{refused} ({})", rules.join(", "))),
        ("Gas", report.gas.to_string()),
        ("Worth at the start", exact(report.equity_before)),
        ("Worth at the end", exact(report.equity_after)),
        ("Put in meanwhile", signed(report.put_in)),
        ("Profit", signed(report.profit)),
        ("Largest drawdown", format!("{}.{:02} %", report.drawdown_bps / 100, report.drawdown_bps % 100)),
        ("Digest of the decisions", format!("<code>{}</code>", report.decisions)),
    ];
    out.push_str("<table>");
    for (name, value) in rows {
        let _ = write!(out, "<tr><th>{name}</th><td>{value}</td></tr>");
    }
    out.push_str("</table>");
}

fn drawdowns(steps: &[Step]) -> Vec<f64> {
    let mut high = 0.0f64;
    let fall = |step: &Step| {
        let value = decimal(step.per_unit);
        if value > high {
            high = value;
        }
        if high > 0.0 { (value / high - 1.0) * 100.0 } else { 0.0 }
    };
    steps.iter().map(fall).collect()
}

/// A line over time, with a mark where something was refused.
fn plot(out: &mut String, title: &str, values: &[f64], steps: &[Step], colour: &str) {
    let _ = write!(out, "<h2>{title}</h2>");
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        out.push_str("<p>The account never ran.</p>");
        return;
    };
    let low = values.iter().copied().fold(f64::INFINITY, |a, b| if b < a { b } else { a });
    let high = values.iter().copied().fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
    let span = if high > low { high - low } else { 1.0 };
    let time = if last.time > first.time { (last.time - first.time) as f64 } else { 1.0 };
    let x = |step: &Step| (step.time - first.time) as f64 / time * (WIDTH - 20.0) + 10.0;
    let y = |value: f64| HEIGHT - 20.0 - (value - low) / span * (HEIGHT - 40.0);
    let _ = write!(out, "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">");
    let stride = values.len().div_ceil(MAX_POINTS).max(1);
    out.push_str("<polyline fill=\"none\" stroke-width=\"1.5\" points=\"");
    let ends = values.len().saturating_sub(1);
    for (index, (value, step)) in values.iter().zip(steps).enumerate() {
        if index % stride == 0 || index == ends {
            let _ = write!(out, "{:.1},{:.1} ", x(step), y(*value));
        }
    }
    let _ = write!(out, "\" stroke=\"{colour}\"/>");
    let refused = values.iter().zip(steps).filter(|(_, step)| step.events.iter().any(is_refusal));
    for (value, step) in refused.take(MAX_POINTS) {
        let _ = write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\" fill=\"#b00020\"/>", x(step), y(*value));
    }
    let _ = write!(
        out,
        "<text x=\"10\" y=\"14\" font-size=\"11\">{high:.6}</text><text x=\"10\" y=\"{:.0}\" font-size=\"11\">{low:.6}</text></svg>",
        HEIGHT - 6.0
    );
    let _ = write!(out, "<p>Blocks {} to {}. Red dots: something was refused.</p>", first.block, last.block);
}

const fn is_refusal(event: &Happened) -> bool {
    matches!(event, Happened::ActionRefused { .. } | Happened::ActionFailed { .. } | Happened::RunRefused { .. })
}

fn decisions(out: &mut String, report: &Report) {
    out.push_str("<h2>Decisions</h2><table><tr><th>Block</th><th>Time</th><th>What</th><th>Worth after</th></tr>");
    for step in report.steps.iter().take(MAX_ROWS) {
        let _ = write!(out, "<tr><td>{}</td><td>{}</td><td>", step.block, step.time);
        for event in &step.events {
            let class = if is_refusal(event) { " class=\"no\"" } else { "" };
            let _ = write!(out, "<div{class}>{}</div>", escape(&words(event)));
        }
        let _ = write!(out, "</td><td>{:.6}</td></tr>", decimal(step.equity));
    }
    out.push_str("</table>");
    if report.steps.len() > MAX_ROWS {
        let _ = write!(out, "<p>{} more in the JSON.</p>", report.steps.len() - MAX_ROWS);
    }
    for (block, reason) in &report.reverted {
        let _ = write!(out, "<p class=\"no\">Block {block}: the run reverted: {}</p>", escape(reason));
    }
}

fn words(event: &Happened) -> String {
    match event {
        Happened::Inferred { model, .. } => format!("model {model:.10} answered"),
        Happened::ActionExecuted { index, target, .. } => format!("action {index} executed on {target}"),
        Happened::ActionRefused { index, rule, margin, action, .. } => {
            format!("action {index} ({}) refused by {rule}, by {margin}", action.function)
        }
        Happened::ActionFailed { index, action, .. } => format!("action {index} ({}) failed", action.function),
        Happened::RunRefused { rule, margin, .. } => format!("run refused by {rule}, by {margin}"),
        Happened::RunCompleted { executed, refused, .. } => format!("{executed} executed, {refused} refused"),
        _ => String::new(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text_and_nothing_is_loaded() {
        assert_eq!(escape("<script src=\"x\">&"), "&lt;script src=&quot;x&quot;&gt;&amp;");
        let keeper = super::super::report::Keeper::default();
        let mut report = keeper.report(alloy_primitives::Address::ZERO);
        report.refused.insert("<img>".into(), 1);
        let page = page(&report);
        assert!(page.contains("&lt;img&gt; 1") && !page.contains("<img>"));
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("src="));
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(exact(U256::from(1_500_000_000_000_000_001u64)), "1.500000000000000001");
        assert_eq!(signed(I256::try_from(-5).unwrap()), "-0.000000000000000005");
    }
}
