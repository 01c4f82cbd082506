//! A line of samples as a picture.

use super::Sample;
use std::fmt::Write;

const MIB: f64 = (1 << 20) as f64;
/// Size of the text picture.
const COLUMNS: usize = 72;
const ROWS: usize = 16;

fn ends(samples: &[Sample]) -> (f64, f64) {
    let time = samples.last().map_or(1.0, |last| last.seconds.max(1.0));
    let top = samples.iter().map(|sample| sample.resident).max().unwrap_or(1) as f64 / MIB;
    (time, top * 1.05)
}

/// For a terminal: `#` the process's own memory, `.` resident with the files that are mapped.
pub(super) fn text(samples: &[Sample]) -> String {
    let (time, top) = ends(samples);
    let mut grid = vec![vec![' '; COLUMNS]; ROWS];
    let mut mark = |seconds: f64, bytes: u64, with: char| {
        let column = ((seconds / time * (COLUMNS - 1) as f64) as usize).min(COLUMNS - 1);
        let row = ((bytes as f64 / MIB / top * ROWS as f64) as usize).min(ROWS - 1);
        grid[ROWS - 1 - row][column] = with;
    };
    samples.iter().for_each(|sample| mark(sample.seconds, sample.resident, '.'));
    samples.iter().for_each(|sample| mark(sample.seconds, sample.own, '#'));
    let mut out = String::new();
    for (i, row) in grid.iter().enumerate() {
        let mib = top * (ROWS - i) as f64 / ROWS as f64;
        out += &format!("{mib:6.0} MiB |{}\n", row.iter().collect::<String>().trim_end());
    }
    out + &format!("           +{}\n            0 to {:.0} minutes", "-".repeat(COLUMNS), time / 60.0)
}

/// For a page.
pub(super) fn svg(samples: &[Sample]) -> String {
    let (width, height) = (900.0, 360.0);
    let (time, top) = ends(samples);
    let line = |value: fn(&Sample) -> u64| {
        samples.iter().fold(String::new(), |mut points, sample| {
            let x = 60.0 + sample.seconds / time * (width - 80.0);
            let y = height - 40.0 - value(sample) as f64 / MIB / top * (height - 60.0);
            let _ = write!(points, "{x:.1},{y:.1} ");
            points
        })
    };
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">"#
    );
    for i in 0..=4 {
        let share = f64::from(i) / 4.0;
        let y = height - 40.0 - share * (height - 60.0);
        out += &format!(r##"<path d="M60 {y:.1}H{:.1}" stroke="#ddd"/>"##, width - 20.0);
        out += &format!(r#"<text x="4" y="{:.1}">{:.0} MiB</text>"#, y + 4.0, top * share);
        let x = 60.0 + share * (width - 80.0);
        out += &format!(r#"<text x="{x:.1}" y="{:.1}">{:.1} min</text>"#, height - 20.0, time * share / 60.0);
    }
    for (value, colour) in [(line(|s| s.resident), "#999"), (line(|s| s.own), "#06c")] {
        out += &format!(r#"<polyline fill="none" stroke="{colour}" points="{value}"/>"#);
    }
    out + r##"<text x="70" y="14">resident (grey), of that the process's own (blue)</text></svg>"##
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_hold_every_sample_within_their_frame() {
        let samples: Vec<_> = (0..100)
            .map(|i| Sample {
                seconds: f64::from(i),
                resident: 300 << 20,
                own: (100 + u64::from(i as u32)) << 20,
                included: 0,
            })
            .collect();
        let text = text(&samples);
        assert!(text.lines().any(|line| line.contains('.')) && text.lines().any(|line| line.contains('#')));
        assert!(text.lines().all(|line| line.chars().count() <= COLUMNS + 13), "{text}");
        let svg = svg(&samples);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(!svg.contains("NaN"));
    }
}
