//! Plots as inline SVG: bars over weeks, and medians with the middle half of the values.
//!
//! Everything in a plot stands in the table beside it too, and says so to who cannot see it.

use std::fmt::Write as _;

use crate::Spread;
use crate::markup;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;
/// Most labels below the axis.
const LABELS: usize = 8;

/// What stands on top of each other in a bar: its name, and its height in each week.
pub(super) struct Layer {
    pub(super) name: &'static str,
    pub(super) values: Vec<f64>,
}

/// Stacked bars, one for each week.
pub(super) fn bars(title: &str, unit: &str, weeks: &[String], layers: &[Layer]) -> String {
    let total = |week: usize| -> f64 {
        let values = layers.iter().filter_map(|layer| layer.values.get(week));
        values.sum()
    };
    let axis = Axis::up_to((0..weeks.len()).map(total).fold(0.0, f64::max));
    let mut svg = opening(title, unit, weeks, &axis);
    for (week, label) in weeks.iter().enumerate() {
        let (middle, step) = place(week, weeks.len());
        let width = (step * 0.7).min(48.0);
        let mut below = 0.0;
        for (number, layer) in layers.iter().enumerate() {
            let value = layer.values.get(week).copied().unwrap_or_default();
            if value > 0.0 {
                let top = axis.y(below + value);
                let _ = write!(
                    svg,
                    "<rect class=\"layer{number}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
                     height=\"{:.1}\"><title>{}: {} {value:.0}</title></rect>",
                    middle - width / 2.0,
                    axis.y(below) - top,
                    markup::text(label),
                    layer.name,
                );
            }
            below += value;
        }
    }
    svg.push_str("</svg>\n");
    if layers.len() > 1 {
        svg.push_str("<ul class=\"legend\">");
        for (number, layer) in layers.iter().enumerate() {
            let _ = write!(svg, "<li class=\"key{number}\">{}</li>", layer.name);
        }
        svg.push_str("</ul>\n");
    }
    svg
}

/// A median and the middle half of the values for each week that has any.
pub(super) fn spreads(
    title: &str,
    unit: &str,
    weeks: &[String],
    values: &[Option<Spread>],
    most: Option<f64>,
) -> String {
    let highest = values.iter().flatten().map(|spread| spread.upper);
    let axis = Axis::up_to(most.unwrap_or_else(|| highest.fold(0.0, f64::max)));
    let mut svg = opening(title, unit, weeks, &axis);
    for (week, spread) in values.iter().enumerate() {
        let Some(spread) = spread else { continue };
        let (x, _) = place(week, weeks.len());
        let label = weeks.get(week).map(String::as_str).unwrap_or_default();
        let _ = write!(
            svg,
            "<g><title>{}: median {:.1}, middle half {:.1} to {:.1}, {} visits</title>\
             <line class=\"half\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\
             <circle class=\"median\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"4.5\"/></g>",
            markup::text(label),
            spread.median,
            spread.lower,
            spread.upper,
            spread.count,
            axis.y(spread.lower),
            axis.y(spread.upper),
            axis.y(spread.median),
        );
    }
    svg.push_str("</svg>\n<ul class=\"legend\"><li class=\"dot\">median</li><li class=\"bar\">middle half of the visits</li></ul>\n");
    svg
}

/// The middle of a week's place, and the width that it has.
fn place(week: usize, weeks: usize) -> (f64, f64) {
    let step = (WIDTH - LEFT - RIGHT) / weeks.max(1) as f64;
    (LEFT + step * (week as f64 + 0.5), step)
}

fn opening(title: &str, unit: &str, weeks: &[String], axis: &Axis) -> String {
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}, in {}, week by week; the \
         table has the numbers\">\n",
        markup::text(title),
        markup::text(unit)
    );
    for tick in axis.ticks() {
        let y = axis.y(tick);
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"tick\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            y + 4.0,
            short(tick),
        );
    }
    let each = weeks.len().div_ceil(LABELS).max(1);
    for (week, label) in weeks.iter().enumerate().step_by(each) {
        let (x, _) = place(week, weeks.len());
        let _ = write!(
            svg,
            "<text class=\"tick\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - BOTTOM + 20.0,
            markup::text(label),
        );
    }
    svg.push('\n');
    svg
}

fn short(number: f64) -> String {
    if number.fract() == 0.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.1}")
    }
}

/// An axis from 0 to a round number.
struct Axis {
    step: f64,
    top: f64,
}

impl Axis {
    fn up_to(highest: f64) -> Self {
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let rough = highest / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let round = [1.0, 2.0, 5.0, 10.0];
        let fits = round.into_iter().find(|times| times * power >= rough);
        // Nothing that is drawn here is finer than a tenth.
        let step = (fits.unwrap_or(10.0) * power).max(0.1);
        Self {
            step,
            top: (highest / step).ceil() * step,
        }
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, count) = (self.step, (self.top / self.step).round() as u32);
        (0..=count).map(move |number| f64::from(number) * step)
    }

    fn y(&self, value: f64) -> f64 {
        let height = HEIGHT - TOP - BOTTOM;
        TOP + height * (1.0 - value / self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_above_its_values() {
        for (highest, step, top) in [
            (0.0, 0.5, 1.0),
            (1.0, 0.5, 1.0),
            (7.0, 2.0, 8.0),
            (100.0, 50.0, 100.0),
            (101.0, 50.0, 150.0),
            (0.05, 0.1, 0.1),
        ] {
            let axis = Axis::up_to(highest);
            assert!((axis.step - step).abs() < 1e-9, "{highest}: {}", axis.step);
            assert!((axis.top - top).abs() < 1e-9, "{highest}: {}", axis.top);
            assert!(axis.ticks().count() < 7, "{highest}");
            assert!((axis.y(axis.top) - TOP).abs() < 1e-9);
        }
    }

    #[test]
    fn a_bar_is_as_high_as_its_value() {
        let weeks = ["2026-01-05".to_owned()];
        let layers = [
            Layer {
                name: "signed",
                values: vec![3.0],
            },
            Layer {
                name: "erased",
                values: vec![1.0],
            },
        ];
        let svg = bars("Visits", "visits", &weeks, &layers);
        assert!(svg.contains("2026-01-05: signed 3") && svg.contains("2026-01-05: erased 1"));
        // Four visits on an axis to four: three quarters and one of the height.
        let height = HEIGHT - TOP - BOTTOM;
        assert!(svg.contains(&format!("height=\"{:.1}\"", height * 0.75)));
        assert!(svg.contains(&format!("height=\"{:.1}\"", height * 0.25)));
    }
}
