export declare const inferenceAbi: readonly [{
    readonly name: "infer";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "model";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "uint8";
            readonly name: "dtype";
        }, {
            readonly type: "uint32[]";
            readonly name: "shape";
        }, {
            readonly type: "bytes";
            readonly name: "data";
        }];
        readonly name: "inputs";
    }];
    readonly outputs: readonly [{
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "uint8";
            readonly name: "dtype";
        }, {
            readonly type: "uint32[]";
            readonly name: "shape";
        }, {
            readonly type: "bytes";
            readonly name: "data";
        }];
        readonly name: "outputs";
    }];
}, {
    readonly name: "inferFixed";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "model";
    }, {
        readonly type: "uint256";
        readonly name: "outputIndex";
    }, {
        readonly type: "int256[]";
        readonly name: "input";
    }, {
        readonly type: "uint8";
        readonly name: "decimals";
    }];
    readonly outputs: readonly [{
        readonly type: "int256[]";
        readonly name: "output";
    }];
}, {
    readonly name: "inferenceGas";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "model";
    }];
    readonly outputs: readonly [{
        readonly type: "uint256";
    }];
}, {
    readonly name: "UnknownModel";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "model";
    }];
}, {
    readonly name: "ModelNotActive";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "model";
    }];
}, {
    readonly name: "InferencePaused";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint64";
        readonly name: "untilMs";
    }];
}, {
    readonly name: "InputCount";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "expected";
    }, {
        readonly type: "uint256";
        readonly name: "given";
    }];
}, {
    readonly name: "InputType";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "uint8";
        readonly name: "expected";
    }, {
        readonly type: "uint8";
        readonly name: "given";
    }];
}, {
    readonly name: "InputShape";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "uint32[]";
        readonly name: "expected";
    }, {
        readonly type: "uint32[]";
        readonly name: "given";
    }];
}, {
    readonly name: "InputLength";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "uint256";
        readonly name: "expected";
    }, {
        readonly type: "uint256";
        readonly name: "given";
    }];
}, {
    readonly name: "NotRepresentable";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "index";
    }];
}];
export declare const factoryAbi: readonly [{
    readonly name: "AccountCreated";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "address";
        readonly name: "owner";
        readonly indexed: true;
    }, {
        readonly type: "bytes32";
        readonly name: "salt";
    }];
}, {
    readonly name: "createAccount";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "owner";
    }, {
        readonly type: "bytes32";
        readonly name: "salt";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
        readonly name: "terms";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "bytes4";
            readonly name: "selector";
        }, {
            readonly type: "uint16";
            readonly name: "slippageBps";
        }, {
            readonly type: "bool";
            readonly name: "sendsValue";
        }, {
            readonly type: "address";
            readonly name: "actionPolicy";
        }, {
            readonly name: "conditions";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint8";
                readonly name: "parent";
            }, {
                readonly type: "uint8";
                readonly name: "paramType";
            }, {
                readonly type: "uint8";
                readonly name: "operator";
            }, {
                readonly type: "bytes";
                readonly name: "compValue";
            }];
        }, {
            readonly name: "caveats";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "enforcer";
            }, {
                readonly type: "bytes";
                readonly name: "terms";
            }];
        }];
        readonly name: "rules";
    }];
    readonly outputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
}, {
    readonly name: "addressOf";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "owner";
    }, {
        readonly type: "bytes32";
        readonly name: "salt";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
        readonly name: "terms";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "bytes4";
            readonly name: "selector";
        }, {
            readonly type: "uint16";
            readonly name: "slippageBps";
        }, {
            readonly type: "bool";
            readonly name: "sendsValue";
        }, {
            readonly type: "address";
            readonly name: "actionPolicy";
        }, {
            readonly name: "conditions";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint8";
                readonly name: "parent";
            }, {
                readonly type: "uint8";
                readonly name: "paramType";
            }, {
                readonly type: "uint8";
                readonly name: "operator";
            }, {
                readonly type: "bytes";
                readonly name: "compValue";
            }];
        }, {
            readonly name: "caveats";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "enforcer";
            }, {
                readonly type: "bytes";
                readonly name: "terms";
            }];
        }];
        readonly name: "rules";
    }];
    readonly outputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
}];
export declare const policyAbi: readonly [{
    readonly name: "propose";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
        readonly name: "terms";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "bytes4";
            readonly name: "selector";
        }, {
            readonly type: "uint16";
            readonly name: "slippageBps";
        }, {
            readonly type: "bool";
            readonly name: "sendsValue";
        }, {
            readonly type: "address";
            readonly name: "actionPolicy";
        }, {
            readonly name: "conditions";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint8";
                readonly name: "parent";
            }, {
                readonly type: "uint8";
                readonly name: "paramType";
            }, {
                readonly type: "uint8";
                readonly name: "operator";
            }, {
                readonly type: "bytes";
                readonly name: "compValue";
            }];
        }, {
            readonly name: "caveats";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "enforcer";
            }, {
                readonly type: "bytes";
                readonly name: "terms";
            }];
        }];
        readonly name: "rules";
    }];
    readonly outputs: readonly [{
        readonly type: "bytes32";
        readonly name: "change";
    }];
}, {
    readonly name: "enact";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
        readonly name: "terms";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "bytes4";
            readonly name: "selector";
        }, {
            readonly type: "uint16";
            readonly name: "slippageBps";
        }, {
            readonly type: "bool";
            readonly name: "sendsValue";
        }, {
            readonly type: "address";
            readonly name: "actionPolicy";
        }, {
            readonly name: "conditions";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint8";
                readonly name: "parent";
            }, {
                readonly type: "uint8";
                readonly name: "paramType";
            }, {
                readonly type: "uint8";
                readonly name: "operator";
            }, {
                readonly type: "bytes";
                readonly name: "compValue";
            }];
        }, {
            readonly name: "caveats";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "enforcer";
            }, {
                readonly type: "bytes";
                readonly name: "terms";
            }];
        }];
        readonly name: "rules";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "cancel";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "bytes32";
        readonly name: "change";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "tighten";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
        readonly name: "terms";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "removeRule";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "address";
        readonly name: "target";
    }, {
        readonly type: "bytes4";
        readonly name: "selector";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "pause";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "uint256";
        readonly name: "time";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "revoke";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "approveAction";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "bytes32";
        readonly name: "action";
    }, {
        readonly type: "uint40";
        readonly name: "deadline";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "ownerOf";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
    readonly outputs: readonly [{
        readonly type: "address";
    }];
}, {
    readonly name: "stateOf";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
    readonly outputs: readonly [{
        readonly type: "uint32";
        readonly name: "epoch";
    }, {
        readonly type: "uint40";
        readonly name: "pausedUntil";
    }, {
        readonly type: "address";
        readonly name: "terms";
    }];
}, {
    readonly name: "termsOf";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
    readonly outputs: readonly [{
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "uint32";
            readonly name: "delay";
        }, {
            readonly type: "uint40";
            readonly name: "expiry";
        }, {
            readonly type: "uint24";
            readonly name: "hourMask";
        }, {
            readonly type: "uint8";
            readonly name: "maxActions";
        }, {
            readonly type: "uint32";
            readonly name: "actionGas";
        }, {
            readonly type: "uint64";
            readonly name: "runGas";
        }, {
            readonly type: "uint16";
            readonly name: "drawdownBps";
        }, {
            readonly type: "uint128";
            readonly name: "approvalAbove";
        }, {
            readonly type: "uint8";
            readonly name: "rateLimit";
        }, {
            readonly type: "uint8";
            readonly name: "lossLimit";
        }, {
            readonly type: "uint8";
            readonly name: "gasLimit";
        }, {
            readonly type: "uint8";
            readonly name: "royaltyLimit";
        }, {
            readonly type: "uint8";
            readonly name: "feeLimit";
        }, {
            readonly name: "allowances";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "uint32";
                readonly name: "id";
            }, {
                readonly type: "uint96";
                readonly name: "capacity";
            }, {
                readonly type: "uint32";
                readonly name: "window";
            }, {
                readonly type: "uint120";
                readonly name: "life";
            }, {
                readonly type: "uint120";
                readonly name: "initial";
            }, {
                readonly type: "uint96";
                readonly name: "perSecond";
            }, {
                readonly type: "uint40";
                readonly name: "start";
            }];
        }, {
            readonly name: "assets";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "address";
                readonly name: "valuer";
            }, {
                readonly type: "uint128";
                readonly name: "perAction";
            }, {
                readonly type: "uint8";
                readonly name: "allowance";
            }];
        }, {
            readonly name: "models";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "bytes32";
                readonly name: "model";
            }, {
                readonly name: "bounds";
                readonly type: "tuple[]";
                readonly components: readonly [{
                    readonly type: "uint8";
                    readonly name: "tensor";
                }, {
                    readonly type: "uint32";
                    readonly name: "element";
                }, {
                    readonly type: "int128";
                    readonly name: "low";
                }, {
                    readonly type: "int128";
                    readonly name: "high";
                }];
            }];
        }, {
            readonly type: "address[]";
            readonly name: "strategies";
        }, {
            readonly type: "address[]";
            readonly name: "operators";
        }, {
            readonly type: "address[]";
            readonly name: "guardians";
        }, {
            readonly type: "address[]";
            readonly name: "keys";
        }];
    }];
}, {
    readonly name: "NotOwner";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "caller";
    }];
}, {
    readonly name: "NotInstalled";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
}, {
    readonly name: "BadTerms";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "field";
    }];
}, {
    readonly name: "PrivilegedCall";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "target";
    }, {
        readonly type: "bytes4";
        readonly name: "selector";
    }];
}, {
    readonly name: "UnsupportedToken";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "token";
    }];
}, {
    readonly name: "NotTighter";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "field";
    }];
}, {
    readonly name: "UnknownChange";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "bytes32";
        readonly name: "change";
    }];
}, {
    readonly name: "NotReady";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "readyAt";
    }, {
        readonly type: "uint256";
        readonly name: "until";
    }];
}, {
    readonly name: "NotGuardian";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "caller";
    }];
}, {
    readonly name: "PausedAlready";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "next";
    }];
}, {
    readonly name: "PauseTooLong";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "time";
    }];
}];
export declare const runnerAbi: readonly [{
    readonly name: "Booked";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "address";
        readonly name: "strategy";
        readonly indexed: true;
    }, {
        readonly type: "bytes[]";
        readonly name: "contexts";
    }];
}, {
    readonly name: "BookingCancelled";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }];
}, {
    readonly name: "Inferred";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "bytes32";
        readonly name: "model";
        readonly indexed: true;
    }];
}, {
    readonly name: "ActionExecuted";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "address";
        readonly name: "target";
        readonly indexed: true;
    }, {
        readonly type: "bytes32";
        readonly name: "action";
    }];
}, {
    readonly name: "ActionRefused";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "bytes32";
        readonly name: "rule";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "margin";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "uint256";
            readonly name: "value";
        }, {
            readonly type: "uint256";
            readonly name: "gas";
        }, {
            readonly type: "bytes";
            readonly name: "data";
        }, {
            readonly name: "approvals";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "uint256";
                readonly name: "amount";
            }];
        }];
        readonly name: "action";
    }];
}, {
    readonly name: "ActionFailed";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "index";
    }, {
        readonly type: "bytes";
        readonly name: "reason";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "uint256";
            readonly name: "value";
        }, {
            readonly type: "uint256";
            readonly name: "gas";
        }, {
            readonly type: "bytes";
            readonly name: "data";
        }, {
            readonly name: "approvals";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "uint256";
                readonly name: "amount";
            }];
        }];
        readonly name: "action";
    }];
}, {
    readonly name: "RunRefused";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "bytes32";
        readonly name: "rule";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "margin";
    }];
}, {
    readonly name: "RunCompleted";
    readonly type: "event";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "booking";
        readonly indexed: true;
    }, {
        readonly type: "uint256";
        readonly name: "executed";
    }, {
        readonly type: "uint256";
        readonly name: "refused";
    }];
}, {
    readonly name: "book";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "address";
        readonly name: "strategy";
    }, {
        readonly type: "bytes[]";
        readonly name: "contexts";
    }];
    readonly outputs: readonly [{
        readonly type: "uint256";
        readonly name: "booking";
    }];
}, {
    readonly name: "cancelBooking";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "booking";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "run";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "booking";
    }];
    readonly outputs: readonly [{
        readonly type: "uint256";
        readonly name: "executed";
    }, {
        readonly type: "uint256";
        readonly name: "refused";
    }];
}, {
    readonly name: "settle";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "bookedFor";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "booking";
    }];
    readonly outputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "address";
        readonly name: "strategy";
    }, {
        readonly type: "uint256";
        readonly name: "runs";
    }];
}, {
    readonly name: "actionHash";
    readonly type: "function";
    readonly stateMutability: "pure";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "uint32";
        readonly name: "epoch";
    }, {
        readonly type: "tuple";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "uint256";
            readonly name: "value";
        }, {
            readonly type: "uint256";
            readonly name: "gas";
        }, {
            readonly type: "bytes";
            readonly name: "data";
        }, {
            readonly name: "approvals";
            readonly type: "tuple[]";
            readonly components: readonly [{
                readonly type: "address";
                readonly name: "token";
            }, {
                readonly type: "uint256";
                readonly name: "amount";
            }];
        }];
        readonly name: "action";
    }];
    readonly outputs: readonly [{
        readonly type: "bytes32";
    }];
}, {
    readonly name: "left";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }, {
        readonly type: "uint256";
        readonly name: "position";
    }];
    readonly outputs: readonly [{
        readonly type: "uint256";
    }];
}, {
    readonly name: "NeedGas";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "gas";
    }];
}, {
    readonly name: "NotPermitted";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "caller";
    }];
}, {
    readonly name: "Locked";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "account";
    }];
}, {
    readonly name: "UnknownBooking";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "booking";
    }];
}, {
    readonly name: "BadBooking";
    readonly type: "error";
    readonly inputs: readonly [];
}];
export declare const strategyRegistryAbi: readonly [{
    readonly name: "register";
    readonly type: "function";
    readonly stateMutability: "nonpayable";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "strategy";
    }, {
        readonly type: "tuple[]";
        readonly components: readonly [{
            readonly type: "address";
            readonly name: "target";
        }, {
            readonly type: "bytes32";
            readonly name: "codeHash";
        }];
        readonly name: "reads";
    }];
    readonly outputs: readonly [];
}, {
    readonly name: "isIntact";
    readonly type: "function";
    readonly stateMutability: "view";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "strategy";
    }];
    readonly outputs: readonly [{
        readonly type: "bool";
    }];
}, {
    readonly name: "NoOwnCode";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "strategy";
    }];
}, {
    readonly name: "ForbiddenOpcode";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "uint256";
        readonly name: "position";
    }, {
        readonly type: "uint8";
        readonly name: "opcode";
    }];
}, {
    readonly name: "CodeHashDiffers";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "target";
    }, {
        readonly type: "bytes32";
        readonly name: "declared";
    }, {
        readonly type: "bytes32";
        readonly name: "found";
    }];
}, {
    readonly name: "BadRegistration";
    readonly type: "error";
    readonly inputs: readonly [{
        readonly type: "address";
        readonly name: "strategy";
    }];
}];
