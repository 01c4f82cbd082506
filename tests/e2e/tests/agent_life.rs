//! An agent from an empty folder to its review, by the README's own lines in their order.
//!
//! What stands between the lines here is what a person does: lets time pass, keeps what a command printed, looks at the result.

use anyhow::{Context, Result, ensure};
use praxis_e2e::{Dev, Service, Shell, Webhook, eventually, praxis, python, quantity, run, shell_lines};
use serde_json::{Value, json};
use std::{collections::BTreeMap, os::unix::fs::symlink, path::Path, time::Duration};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream, process::Command};

/// A line compiles contracts at most.
const LIMIT: Duration = Duration::from_secs(240);
/// What is bound to happen soon.
const SOON: Duration = Duration::from_secs(30);
const HEADINGS: [&str; 2] = ["### Write an agent", "### An agent's life"];
/// Where the README has metrics served.
const METRICS: &str = "127.0.0.1:9600";
/// Fields of the commands' documents, and what the README calls them.
const NAMES: [(&str, &str); 6] = [
    ("strategy", "STRATEGY"),
    ("account", "ACCOUNT"),
    ("booking", "BOOKING"),
    ("agentId", "AGENT"),
    ("listing", "LISTING"),
    ("hire", "HIRE"),
];

/// The person at the terminal.
struct Life {
    dev: Dev,
    shell: Shell,
    webhook: Webhook,
    metrics: String,
    /// What each line printed, by its words without the comment.
    printed: Vec<(String, Value)>,
    watching: Option<Service>,
    runs: u64,
}

#[tokio::test]
async fn an_agent_lives_by_the_commands_of_the_readme() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut life = Life::begin(folder.path()).await?;
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md"))?;
    for heading in HEADINGS {
        for line in shell_lines(&readme, heading)? {
            life.line(line).await.with_context(|| format!("the README's line: {line}"))?;
        }
    }
    life.offered_and_hired()?;
    life.explained()?;
    life.ended_and_reviewed()?;
    life.reported()?;
    life.told().await?;
    life.seen_by_others().await
}

impl Life {
    async fn begin(folder: &Path) -> Result<Self> {
        let (dev, webhook) = (Dev::start(&[]).await?, Webhook::start().await?);
        let mut shell = Shell::new(folder.to_str().context("a path")?)?;
        shell.set("PRAXIS_RPC", &dev.l2.url);
        shell.set("WEBHOOK", &webhook.url);
        let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self { dev, shell, webhook, metrics: free.to_string(), printed: vec![], watching: None, runs: 0 })
    }

    async fn line(&mut self, line: &str) -> Result<()> {
        let words = line.split(" # ").next().unwrap_or(line).trim();
        if words.starts_with("python3 train") || words.starts_with('#') {
            // The trained model is part of the template; the packages that train it are not part of the tests.
            return Ok(());
        }
        if words == "npm install" {
            let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/node_modules");
            return Ok(symlink(packages.canonicalize()?, self.shell.folder()?.join("node_modules"))?);
        }
        if let Some(words) = words.strip_suffix('&') {
            let words = words.replace(METRICS, &self.metrics);
            self.watching = Some(Service::start(words.trim(), self.shell.background(words.trim()))?);
            return Ok(());
        }
        let tests_early = words == "npm run publish-model";
        if tests_early {
            // Whoever forgets to publish is told so.
            let early = self.shell.line("! npm test", LIMIT).await?;
            early.says(&["publish the model first"])?;
        }
        let finished = self.shell.line(line, LIMIT).await?;
        if words == "npm test" {
            finished.says(&["5 passed", "0 failed"])?;
            return Ok(());
        }
        let document = serde_json::from_str(finished.stdout.trim()).unwrap_or(Value::Null);
        self.keep(words, &document)?;
        self.printed.push((words.to_owned(), document));
        self.wait(words).await
    }

    /// What a command printed, under the names that later lines use.
    fn keep(&mut self, words: &str, document: &Value) -> Result<()> {
        let command = words.split_whitespace().nth(2).unwrap_or_default();
        if ["deploy", "register", "hire", "upgrade"].contains(&command) {
            for (field, name) in NAMES {
                if let Some(value) = document[field].as_str() {
                    self.shell.set(name, value);
                }
            }
        }
        if command == "book" {
            self.shell.set("SCHEDULE", document["schedule"].to_string());
        }
        if command == "log" && !words.contains("--refused") {
            let entries = document["entries"].as_array().context("entries")?;
            let first = entries.iter().find(|entry| entry["event"] == "actionExecuted").context("no action yet")?;
            self.shell.set("TX", text(first, "transaction")?);
            self.shell.set("BLOCK", entries.first().context("an entry")?["block"].to_string());
        }
        Ok(())
    }

    /// Lets runs happen after the lines that ask for them, or change what they may do.
    async fn wait(&mut self, words: &str) -> Result<()> {
        let is = |beginning: &str| words.starts_with(beginning);
        if is("praxis agent book") {
            self.next_run().await?;
            self.next_run().await?;
        } else if is("praxis agent policy tighten") || is("praxis agent pause") {
            self.next_run().await?;
        }
        Ok(())
    }

    /// The clock jumps to the next scheduled run.
    async fn next_run(&mut self) -> Result<()> {
        self.runs += 1;
        let schedule = self.shell.get("SCHEDULE")?.to_owned();
        let before = self.status(&schedule).await?;
        let next = before["next"].as_u64().context("next")? / 1_000;
        let now = quantity(&self.dev.l2.block("latest").await?["timestamp"])?;
        if next > now {
            self.dev.l2.call("evm_setNextBlockTimestamp", json!([next])).await?;
            self.dev.l2.call("evm_mine", json!([])).await?;
        }
        let runs = self.runs;
        let status = eventually("the run", SOON, async || {
            let status = self.status(&schedule).await?;
            Ok((status["ran"] == runs || status["missed"] != 0).then_some(status))
        });
        let status = status.await?;
        ensure!(status["failed"] == 0 && status["missed"] == 0, "{before}, {status}");
        // The command tells of the open block too, and a jump of the clock would take that back.
        let head = self.dev.l2.block_number().await?;
        self.dev.l2.reaches("latest", head + 2, SOON).await?;
        Ok(())
    }

    async fn status(&self, schedule: &str) -> Result<Value> {
        let command = praxis(["--json", "agent", "status", schedule, "--rpc", &self.dev.l2.url])?;
        run(command, SOON).await?.expect(0)?.json()
    }

    /// What the last line that begins like this printed.
    fn said(&self, beginning: &str) -> Result<&Value> {
        let found = self.printed.iter().rev().find(|(words, _)| words.starts_with(beginning));
        found.map(|(_, document)| document).with_context(|| format!("the README has no line `{beginning}`"))
    }

    fn offered_and_hired(&self) -> Result<()> {
        let simulated = self.said("praxis agent simulate")?;
        ensure!(events(&simulated["runs"][0]["entries"])["actionExecuted"] == 1, "before hiring: {simulated}");
        let hired = self.said("praxis agent hire")?;
        ensure!(hired["listing"] == self.said("praxis agent register")?["listing"], "{hired}");
        ensure!(hired["account"] == self.said("praxis agent deploy")?["account"], "{hired}");
        let status = self.said("praxis agent status")?;
        ensure!(status["stage"] == "waiting" && status["ran"] == 2, "{status}");
        Ok(())
    }

    fn explained(&self) -> Result<()> {
        let explained = self.said("praxis agent explain")?;
        let margins = explained["actions"][0]["margins"].as_array().context("margins")?;
        for rule in ["actionGas", "perAction", "price", "ownerApproval", "drawdown"] {
            let of_rule = |margin: &&Value| margin["rule"].as_str().is_some_and(|name| name.starts_with(rule));
            let margin = margins.iter().find(of_rule).with_context(|| format!("{rule} in {explained}"))?;
            ensure!(margin["holds"] == true, "{rule} of an action that was executed: {margin}");
        }
        ensure!(explained["left"].as_object().is_some_and(|left| left.len() == 5), "{explained}");
        let what_if = &explained["whatIf"]["entries"];
        ensure!(events(what_if).contains_key("actionRefused by perAction"), "under the stricter policy: {what_if}");
        let changed = self.said("praxis agent policy diff")?.to_string();
        ensure!(changed.contains("50000000000000000000"), "{changed}");
        Ok(())
    }

    fn ended_and_reviewed(&self) -> Result<()> {
        let paid = self.said("praxis agent collect")?;
        ensure!(amount(paid, "paid")? > 0, "the author got nothing: {paid}");
        let prepaid = amount(self.said("praxis agent end")?, "withdrawn")?;
        // All but the fees of the runs.
        ensure!(prepaid == 10_000_000_000_000_000 - amount(paid, "paid")?, "{prepaid} of the prepayment came back");
        ensure!(amount(self.said("praxis agent unbook")?, "returned")? > 0, "nothing is left of the booking");
        let review = self.said("praxis agent review")?;
        ensure!(review["byHirers"]["count"] == 1, "the hirer's review counts among those who paid: {review}");
        let log = &self.said("praxis agent log")?["entries"];
        let happened = events(log);
        for (event, times) in
            [("actionExecuted", 2), ("actionRefused by perAction", 1), ("runRefused by paused", 1), ("revoked", 1)]
        {
            ensure!(happened.get(event) == Some(&times), "{event}: {happened:?}");
        }
        ensure!(happened.keys().any(|event| event == "charged"), "fees and gas were charged: {happened:?}");
        Ok(())
    }

    fn reported(&self) -> Result<()> {
        let report = self.said("praxis agent backtest")?;
        ensure!(report["executed"] == 2 && report["assumed"] == false, "{report}");
        ensure!(report["refused"] == json!({ "paused": 1, "perAction": 1 }), "{report}");
        let folder = self.shell.folder()?;
        let page = std::fs::read_to_string(folder.join("report.html"))?;
        ensure!(page.matches("<svg").count() == 3 && page.matches("<polyline").count() >= 1, "plots in {page}");
        for said in [text(report, "decisions")?, self.shell.get("ACCOUNT")?, "perAction", "paused"] {
            ensure!(page.to_lowercase().contains(&said.to_lowercase()), "{said} is not in the report");
        }
        ensure!(!page.contains("<script") && !page.contains("src="), "a report needs nothing from elsewhere");
        ensure!(std::fs::metadata(folder.join("train.npz"))?.len() > 0, "no features");
        Ok(())
    }

    /// The webhook got each refusal once; the metrics count runs, actions and refusals.
    async fn told(&mut self) -> Result<()> {
        let told = eventually("both alarms at the webhook", SOON, async || {
            let taken = self.webhook.taken();
            let rules: Vec<_> = taken.iter().filter_map(|alarm| alarm["entry"]["rule"].as_str()).collect();
            Ok((rules == ["perAction", "paused"]).then_some(()))
        });
        told.await.with_context(|| format!("{:?}", self.webhook.taken()))?;
        let metrics = scrape(&self.metrics).await?;
        for (name, value) in [("runs_total", 4), ("actions_total", 2)] {
            ensure!(sum(&metrics, &format!("praxis_agent_{name}")) == value, "{name}: {metrics}");
        }
        let refused = "praxis_agent_refusals_total";
        ensure!(metrics.contains("rule=\"perAction\"") && sum(&metrics, refused) == 2, "{metrics}");
        let mut watching = self.watching.take().context("the README watches")?;
        watching.still_runs()?;
        watching.kill().await
    }

    /// A published ERC-8004 client reads the review; what it registers is offered on the market.
    async fn seen_by_others(&mut self) -> Result<()> {
        let Some(python) = python() else {
            eprintln!("skipped: no Python with agent0-sdk (./dev setup makes one where python3 is installed)");
            return Ok(());
        };
        let mut client = Command::new(python);
        client.arg("erc8004_agent.py").current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients"));
        client.env("CHAIN_ID", "77001");
        for name in ["PRAXIS_RPC", "AUTHOR", "HIRER", "AGENT", "STRATEGY"] {
            client.env(name, self.shell.get(name)?);
        }
        let finished = run(client, LIMIT).await?.expect(0)?;
        let registered: Value = serde_json::from_str(finished.stdout.lines().last().context("no output")?)?;
        self.shell.set("REGISTERED", text(&registered, "agentId")?);
        let line = "praxis agent register --agent-id $REGISTERED --strategy $STRATEGY --model $MODEL --bond '1 ether' \
                    --private-key $AUTHOR";
        let offered = self.shell.line(line, LIMIT).await?.json()?;
        ensure!(offered["agentId"] == registered["agentId"] && offered["listing"].is_string(), "{offered}");
        Ok(())
    }
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("no {field} in {value}"))
}

/// Wei as the commands print them.
fn amount(value: &Value, field: &str) -> Result<u128> {
    text(value, field)?.parse().with_context(|| format!("{field} in {value}"))
}

/// How often each event stands in a log; refusals by their rule.
fn events(entries: &Value) -> BTreeMap<String, u64> {
    let mut count = BTreeMap::new();
    for entry in entries.as_array().map(Vec::as_slice).unwrap_or_default() {
        let event = entry["event"].as_str().unwrap_or_default();
        let name = entry["rule"].as_str().map_or_else(|| event.to_owned(), |rule| format!("{event} by {rule}"));
        *count.entry(name).or_default() += 1;
    }
    count
}

/// What a metrics server says.
async fn scrape(address: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Sum of a counter over its labels.
fn sum(metrics: &str, name: &str) -> u64 {
    let samples = metrics.lines().filter(|line| line.starts_with(name));
    samples.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
