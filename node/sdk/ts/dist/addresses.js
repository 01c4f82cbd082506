/** Where the chain's own contracts stand, on every Praxis chain. */
export const addresses = {
    /** The inference precompile. */
    inference: "0x00000000000000000000000000000000000000A1",
    modelRegistry: "0x5000000000000000000000000000000000000001",
    scheduler: "0x5000000000000000000000000000000000000002",
    /** ERC-8004 identity, where other chains have it too. */
    identityRegistry: "0x8004A169FB4a3325136EB29fA0ceB6D2e539a432",
    /** ERC-8004 feedback, where other chains have it too. */
    reputationRegistry: "0x8004BAa17C55a88189AE136b182e5fdA19dE9b63",
    validationRegistry: "0x5000000000000000000000000000000000000005",
    agentMarket: "0x5000000000000000000000000000000000000006",
    agentAccountFactory: "0x5000000000000000000000000000000000000007",
    agentRunner: "0x5000000000000000000000000000000000000008",
    verifierHub: "0x5000000000000000000000000000000000000009",
    agentPolicy: "0x500000000000000000000000000000000000000a",
    strategyRegistry: "0x500000000000000000000000000000000000000d",
};
