//! What bad input gets: one clear error, soon, within little memory.

use anyhow::{Context, Result};
use praxis_e2e::{Deployment, Finished, dev_key, fixture, onnx, praxis, praxis_path, run};
use std::{net::TcpListener, path::Path, time::Duration};
use tokio::process::Command;

/// By when a command must have said what is wrong.
const SOON: Duration = Duration::from_secs(5);
/// Address space that a command gets, in KiB.
const MEMORY_KIB: u64 = 1 << 20;

/// Runs `praxis` within the bounds of time and memory.
async fn bounded(args: &[&str]) -> Result<Finished> {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -c 0; ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\""))
        .arg(praxis_path()?)
        .args(args);
    run(command, SOON).await
}

/// `praxis model import` of a file with this content: exit 1 and one clear error that has each of these words. `inspect`
/// may show more than an error, but doesn't crash on it either.
async fn refused(name: &str, content: &[u8], words: &[&str]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, plan) = (folder.path().join(name), folder.path().join("out.plan"));
    std::fs::write(&file, content)?;
    let (path, output) = (file.display().to_string(), plan.display().to_string());
    let imported = bounded(&["model", "import", &path, "-o", &output]).await.with_context(|| name.to_owned())?;
    imported.expect(1).and_then(|f| f.fails_clearly()?.says(words)).with_context(|| name.to_owned())?;
    anyhow::ensure!(!plan.exists(), "{name}: a Plan was written all the same");
    let inspected = bounded(&["model", "inspect", &path]).await.with_context(|| name.to_owned())?;
    anyhow::ensure!(matches!(inspected.code, Some(0 | 1)), "{name}: inspect: {inspected:?}");
    Ok(())
}

fn square(shape: &[onnx::Dim]) -> Vec<u8> {
    onnx::model(&onnx::graph(&onnx::node("halve", "Relu", &[]), shape, shape))
}

#[tokio::test]
async fn the_files_below_differ_from_a_good_one_only_in_what_is_wrong() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (file, plan) = (folder.path().join("good.onnx"), folder.path().join("good.plan"));
    std::fs::write(&file, square(&[onnx::Dim::Size(1), onnx::Dim::Size(4)]))?;
    bounded(&["model", "import", &file.display().to_string(), "-o", &plan.display().to_string()]).await?.expect(0)?;
    anyhow::ensure!(plan.exists(), "no Plan was written");
    Ok(())
}

#[tokio::test]
async fn files_that_are_not_onnx_are_refused() -> Result<()> {
    let strategy = std::fs::read(fixture("strategy.onnx"))?;
    refused("truncated.onnx", &strategy[..strategy.len() / 2], &["truncated.onnx"]).await?;
    refused("half-a-byte-less.onnx", &strategy[..strategy.len() - 1], &["half-a-byte-less.onnx"]).await?;
    refused("empty.onnx", b"", &["empty.onnx"]).await?;
    refused("text.onnx", b"This is not a model.\n", &["text.onnx"]).await?;
    let noise: Vec<u8> = (0..100_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    refused("noise.onnx", &noise, &["noise.onnx"]).await?;
    // A length field that promises the largest thing there is.
    refused("huge-length.onnx", &[0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], &["huge-length.onnx"])
        .await
}

#[tokio::test]
async fn a_missing_file_is_named() -> Result<()> {
    let finished = bounded(&["model", "import", "no-such-file.onnx", "-o", "never.plan"]).await?;
    finished.expect(1)?.fails_clearly()?.says(&["no-such-file.onnx"])?;
    Ok(())
}

#[tokio::test]
async fn an_unsupported_operator_is_named_with_its_node() -> Result<()> {
    let shape = [onnx::Dim::Size(1), onnx::Dim::Size(4)];
    let graph = onnx::graph(&onnx::node("roll_the_dice", "RandomUniformLike", &[]), &shape, &shape);
    refused("random.onnx", &onnx::model(&graph), &["RandomUniformLike", "roll_the_dice", "support"]).await?;
    let graph = onnx::graph(&onnx::node("made_up_node", "NobodyKnowsThis", &[]), &shape, &shape);
    refused("unknown.onnx", &onnx::model(&graph), &["NobodyKnowsThis", "made_up_node", "support"]).await
}

#[tokio::test]
async fn an_open_dimension_asks_for_a_shape() -> Result<()> {
    // A first dimension that is open is a batch of one; any other has to be given.
    let file = square(&[onnx::Dim::Size(1), onnx::Dim::Named("width".into())]);
    refused("dynamic.onnx", &file, &["--shape", "ticker"]).await?;
    let folder = tempfile::tempdir()?;
    let (path, plan) = (folder.path().join("dynamic.onnx"), folder.path().join("out.plan"));
    std::fs::write(&path, &file)?;
    let (path, plan) = (path.display().to_string(), plan.display().to_string());
    bounded(&["model", "import", &path, "-o", &plan, "--shape", "ticker=1,4"]).await?.expect(0)?;
    bounded(&["model", "import", &path, "-o", &plan, "--shape", "ticker=1,5,4"]).await?.expect(1)?.fails_clearly()?;
    bounded(&["model", "import", &path, "-o", &plan, "--shape", "nobody=1"]).await?.expect(1)?.fails_clearly()?;
    bounded(&["model", "import", &path, "-o", &plan, "--shape", "ticker=one"]).await?.expect(2)?;
    Ok(())
}

#[tokio::test]
async fn expressions_and_graphs_thousands_deep_are_refused() -> Result<()> {
    let depth = 50_000;
    let parentheses = format!("{}n{}", "(".repeat(depth), ")".repeat(depth));
    let signs = format!("{}n", "-".repeat(depth));
    let sum = format!("{}n", "1+".repeat(depth));
    for expression in [parentheses, signs, sum] {
        let deep = || onnx::Dim::Named(expression.clone());
        refused("expression.onnx", &square(&[onnx::Dim::Size(4), deep()]), &["ticker"]).await?;
        refused("expressions.onnx", &square(&[deep(), deep()]), &["ticker"]).await?;
    }
    // Quadratic in its depth, so less deep.
    refused("graphs.onnx", &onnx::model(&onnx::nested_graphs(3_000)), &["graphs.onnx"]).await
}

#[tokio::test]
async fn shapes_beyond_memory_are_refused() -> Result<()> {
    let large = [onnx::Dim::Size(1), onnx::Dim::Size(1 << 40)];
    refused("large.onnx", &square(&large), &["ticker"]).await?;
    let overflowing = [onnx::Dim::Size(1 << 31), onnx::Dim::Size(1 << 31), onnx::Dim::Size(1 << 31)];
    refused("overflowing.onnx", &square(&overflowing), &["ticker"]).await?;
    let negative = [onnx::Dim::Size(u64::MAX), onnx::Dim::Size(4)];
    refused("negative.onnx", &square(&negative), &["ticker"]).await
}

#[tokio::test]
async fn a_busy_port_is_named() -> Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port().to_string();
    for flag in ["--l1-port", "--l2-port"] {
        let others = ["--page-port", "0", "--metrics-port", "0"];
        let other = if flag == "--l1-port" { "--l2-port" } else { "--l1-port" };
        let command = praxis(["dev", flag, &port, other, "0"].iter().chain(&others))?;
        run(command, SOON).await?.expect(1)?.fails_clearly()?.says(&[&port, flag])?;
    }
    Ok(())
}

#[tokio::test]
async fn an_unreachable_l1_is_named() -> Result<()> {
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{free}");
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("rollup.json").display().to_string();
    let address = format!("127.0.0.1:{free}");
    let dev = ["dev", "--l1-url", &url, "--l2-port", "0", "--page-port", "0", "--metrics-port", "0"];
    run(praxis(dev)?, SOON).await?.expect(1)?.fails_clearly()?.says(&[&address])?;
    let mut deploy = praxis(["deploy", "--l1", &url, "--out", &out])?;
    deploy.env("PRAXIS_PRIVATE_KEY", dev_key(0)?);
    run(deploy, SOON).await?.expect(1)?.fails_clearly()?.says(&[&address])?;
    anyhow::ensure!(!Path::new(&out).exists(), "a configuration of nothing was written");
    Ok(())
}

#[tokio::test]
async fn an_unreachable_l2_is_named() -> Result<()> {
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let url = format!("http://127.0.0.1:{free}");
    let strategy = fixture("strategy.onnx").display().to_string();
    let mut publish = praxis(["model", "publish", &strategy, "--rpc", &url])?;
    publish.env("PRAXIS_PRIVATE_KEY", dev_key(0)?);
    run(publish, SOON).await?.expect(1)?.fails_clearly()?.says(&[&format!("127.0.0.1:{free}")])?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_key_or_another_chains_folder_is_named() -> Result<()> {
    let deployment = Deployment::new(600).await?;
    let l1 = deployment.anvil.rpc.url.clone();
    let out = deployment.folder("second.json").display().to_string();
    let deploy = |key: &str| {
        let mut command = praxis(["deploy", "--l1", &l1, "--out", &out])?;
        command.env("PRAXIS_PRIVATE_KEY", key);
        anyhow::Ok(command)
    };

    // Not a key. What was given is not repeated: it may be one with a slip of the finger.
    let almost = "0x1234567812345678123456781234567812345678123456781234567812345";
    let finished = run(deploy(almost)?, SOON).await?.expect(2)?.says(&["private key"])?;
    anyhow::ensure!(!finished.stderr.contains("12345678"), "the key is repeated: {}", finished.stderr);
    // A key without ether.
    let poor = "0x0123456789012345678901234567890123456789012345678901234567890123";
    let address = "0x14791697260e4c9a71f18484c9f997b308e59325";
    run(deploy(poor)?, 2 * SOON).await?.expect(1)?.fails_clearly()?.says(&[address])?;
    // A key that is not the batcher's.
    let rollup = deployment.rollup.display().to_string();
    let datadir = deployment.folder("wrong-key").display().to_string();
    let node = ["node", "--role", "sequencer", "--rollup", &rollup, "--l1", &l1, "--datadir", &datadir];
    let mut command = praxis(node.iter().chain(&["--rpc-addr", "127.0.0.1:0"]))?;
    command.env("PRAXIS_BATCHER_KEY", dev_key(5)?).env("PRAXIS_PROPOSER_KEY", dev_key(3)?);
    run(command, SOON).await?.expect(1)?.fails_clearly()?.says(&["batcher", deployment.field("batcher")?])?;

    // A folder that holds another chain.
    run(deploy(&dev_key(0)?)?, 4 * SOON).await?.expect(0)?;
    let kept = deployment.folder("kept").display().to_string();
    let verify = |config: &str| praxis(["verify", "--rollup", config, "--l1", &l1, "--datadir", &kept]);
    run(verify(&rollup)?, 4 * SOON).await?.expect(0)?;
    run(verify(&out)?, SOON).await?.expect(1)?.fails_clearly()?.says(&[
        &kept,
        "holds chain",
        "choose another data directory",
    ])?;
    Ok(())
}

#[tokio::test]
async fn misuse_exits_with_two() -> Result<()> {
    for args in
        [&["fly"][..], &["verify"], &["model", "import"], &["dev", "--block-time-ms", "0"], &["dev", "--l2-port", "x"]]
    {
        run(praxis(args)?, SOON).await?.expect(2)?;
    }
    run(praxis(["--help"])?, SOON).await?.expect(0)?.says(&["verify", "model", "demo"])?;
    Ok(())
}
