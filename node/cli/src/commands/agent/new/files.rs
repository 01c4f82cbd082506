//! What a new project consists of. The files stand in `node/cli/templates/agent`; the interfaces are the chain's own sources.

/// A file of a new project.
pub(super) struct File {
    /// Where it goes, below the project's folder.
    pub(super) path: &'static str,
    /// What is in it; `{{name}}` becomes the project's name.
    pub(super) text: &'static str,
    /// Whether it is a program.
    pub(super) executable: bool,
}

macro_rules! template {
    ($path:literal, $from:literal) => {
        File { path: $path, text: include_str!(concat!("../../../../templates/agent/", $from)), executable: false }
    };
    ($path:literal) => {
        template!($path, $path)
    };
}

/// A source of the chain's contracts, at the same place below `lib/praxis`, so that its imports resolve.
macro_rules! contract {
    ($path:literal) => {
        File {
            path: concat!("lib/praxis/", $path),
            text: include_str!(concat!("../../../../../../contracts/src/", $path)),
            executable: false,
        }
    };
}

/// The model that `train/train.py` writes.
pub(super) const MODEL: (&str, &[u8]) =
    ("model/model.onnx", include_bytes!("../../../../templates/agent/model/model.onnx"));

/// Every project has these.
pub(super) const FILES: &[File] = &[
    template!("README.md"),
    template!("foundry.toml"),
    template!(".gitignore", "gitignore"),
    template!("bin/forge.mjs"),
    template!("bin/publish.mjs"),
    template!("bin/market.mjs"),
    File { path: "bin/solc", text: include_str!("../../../../../../contracts/bin/solc"), executable: true },
    template!("src/Momentum.sol"),
    template!("src/Policy.sol"),
    template!("src/IHistoryFeed.sol"),
    template!("src/IVenue.sol"),
    template!("policy.toml"),
    template!("src/mocks/MockFeed.sol"),
    template!("src/mocks/MockMarket.sol"),
    template!("src/mocks/MockToken.sol"),
    template!("src/mocks/MockValuer.sol"),
    template!("src/mocks/MockVenue.sol"),
    template!("test/Momentum.t.sol"),
    template!("test/helpers/Vm.sol"),
    template!("train/train.py"),
    template!("train/requirements.txt"),
    contract!("interfaces/IInference.sol"),
    contract!("interfaces/agents/IAgentAccountFactory.sol"),
    contract!("interfaces/agents/IAgentPolicy.sol"),
    contract!("interfaces/agents/IAgentRunner.sol"),
    contract!("interfaces/agents/IStrategy.sol"),
    contract!("interfaces/agents/IStrategyRegistry.sol"),
    contract!("interfaces/agents/IValuer.sol"),
    contract!("libraries/Predeploys.sol"),
    contract!("libraries/Tensors.sol"),
    contract!("scripting/InferenceShim.sol"),
];

/// Projects for Foundry alone.
pub(super) const FOUNDRY: &[File] = &[template!("package.json")];

/// Projects with Hardhat beside Foundry.
pub(super) const HARDHAT: &[File] = &[
    template!("package.json", "hardhat/package.json"),
    template!("hardhat.config.cjs", "hardhat/hardhat.config.cjs"),
    template!("src/HardhatPolicy.sol", "hardhat/HardhatPolicy.sol"),
    template!("test/momentum.test.cjs", "hardhat/momentum.test.cjs"),
];
