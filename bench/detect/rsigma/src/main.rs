//! rsigma on one lane, one thread: blocks of events are parsed alone and parsed and matched, in turn.
//! Arguments: folder of rules, lines of events, their logsources (a line of JSON each: product, category, service).
//! Prints one line of JSON; times in microseconds an event.

use std::{env, error::Error, fs, hint::black_box, path::Path, time::Instant};

use rsigma_eval::{Engine, JsonEvent};
use rsigma_parser::{LogSource, parse_sigma_directory};
use serde_json::{Value, json};

const BLOCK: usize = 100;

struct Line<'a> {
    text: &'a [u8],
    source: LogSource,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [rules, events, sources] = args.as_slice() else {
        return Err("usage: rsigma-bench RULES EVENTS SOURCES".into());
    };
    let started = Instant::now();
    let collection = parse_sigma_directory(Path::new(rules))?;
    let mut engine = Engine::new();
    engine.add_collection(&collection)?;
    let load_ms = started.elapsed().as_millis() as u64;

    let texts = fs::read(events)?;
    let sources = fs::read_to_string(sources)?;
    let lines: Vec<Line> = texts
        .split(|byte| *byte == b'\n')
        .filter(|text| !text.is_empty())
        .zip(sources.lines())
        .map(|(text, source)| Ok(Line { text, source: logsource(source)? }))
        .collect::<Result<_, serde_json::Error>>()?;

    let blocks: Vec<&[Line]> = lines.chunks_exact(BLOCK).collect();
    let mut hits = 0;
    for (at, block) in blocks.iter().enumerate() {
        if at % 3 == 0 {
            run(&engine, block, true, &mut hits)?;
        }
    }
    hits = 0;
    // Seconds of each block: parsed alone, parsed and matched.
    let mut samples: Vec<(f64, f64)> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if at % 3 == 0 {
            continue;
        }
        let first = run(&engine, block, at % 2 == 1, &mut hits)?;
        let second = run(&engine, block, at % 2 == 0, &mut hits)?;
        samples.push(if at % 2 == 0 { (first, second) } else { (second, first) });
    }
    let measured = samples.len() * BLOCK;
    // The blocks during which the machine was quiet.
    samples.sort_by(|one, other| one.0.total_cmp(&other.0));
    samples.truncate((samples.len() * 3).div_ceil(5));
    let each = |seconds: f64| (seconds * 1e8 / (samples.len().max(1) * BLOCK) as f64).round() / 100.0;
    println!(
        "{}",
        json!({
            "rules": engine.rule_count(),
            "events": measured,
            "hits": hits,
            "load_ms": load_ms,
            "parse_us": each(samples.iter().map(|sample| sample.0).sum()),
            "both_us": each(samples.iter().map(|sample| sample.1).sum()),
        })
    );
    Ok(())
}

/// Seconds for the block.
fn run(engine: &Engine, block: &[Line], matches: bool, hits: &mut usize) -> Result<f64, serde_json::Error> {
    let from = Instant::now();
    for line in block {
        let value: Value = serde_json::from_slice(line.text)?;
        if matches {
            *hits += engine.evaluate_with_logsource(&JsonEvent::borrow(&value), &line.source).len();
        } else {
            black_box(&value);
        }
    }
    Ok(from.elapsed().as_secs_f64())
}

fn logsource(line: &str) -> Result<LogSource, serde_json::Error> {
    let (product, category, service): (Option<String>, Option<String>, Option<String>) = serde_json::from_str(line)?;
    Ok(LogSource { product, category, service, ..LogSource::default() })
}
