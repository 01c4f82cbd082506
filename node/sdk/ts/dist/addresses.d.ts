/** Where the chain's own contracts stand, on every Praxis chain. */
export declare const addresses: {
    /** The inference precompile. */
    readonly inference: "0x00000000000000000000000000000000000000A1";
    readonly modelRegistry: "0x5000000000000000000000000000000000000001";
    readonly scheduler: "0x5000000000000000000000000000000000000002";
    /** ERC-8004 identity, where other chains have it too. */
    readonly identityRegistry: "0x8004A169FB4a3325136EB29fA0ceB6D2e539a432";
    /** ERC-8004 feedback, where other chains have it too. */
    readonly reputationRegistry: "0x8004BAa17C55a88189AE136b182e5fdA19dE9b63";
    readonly validationRegistry: "0x5000000000000000000000000000000000000005";
    readonly agentMarket: "0x5000000000000000000000000000000000000006";
    readonly agentAccountFactory: "0x5000000000000000000000000000000000000007";
    readonly agentRunner: "0x5000000000000000000000000000000000000008";
    readonly verifierHub: "0x5000000000000000000000000000000000000009";
    readonly agentPolicy: "0x500000000000000000000000000000000000000a";
    readonly strategyRegistry: "0x500000000000000000000000000000000000000d";
};
