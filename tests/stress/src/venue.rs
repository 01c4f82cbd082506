//! Uniswap v2 with a pair of stock and cash, its feed and its valuers.

use crate::{
    abi::{IAverage, IFactory, IFeed, IPair, IRouter, IToken},
    driver::Driver,
};
use alloy_primitives::{Address, B256, U256, aliases::I192};
use alloy_sol_types::SolValue;
use praxis_contracts::addresses::WETH9;
use praxis_harness::{Account, account};

/// 10^18.
pub(crate) const E18: u128 = 1_000_000_000_000_000_000;
/// From the feed's 8 decimals to 18.
const FEED_TO_WAD: u128 = 10_000_000_000;
/// Stock in the pair at first.
const POOL_STOCK: u128 = 100_000 * E18;
/// How far the feed may lie from the average of half an hour.
const MAX_DEVIATION_BPS: u64 = 4_500;
/// Oldest answer of the feed that counts, seconds.
const MAX_AGE: u64 = 3_600;
/// Seconds between observations of the pair, as `PairAverage` has it.
const OBSERVE_SECONDS: u64 = 300;

/// The contracts, and who works on them.
pub(crate) struct Venue {
    /// Mints, writes the feed.
    pub(crate) author: Account,
    /// Brings the pair's price to the feed's.
    pub(crate) arbitrageur: Account,
    pub(crate) cash: Address,
    pub(crate) stock: Address,
    pub(crate) factory: Address,
    pub(crate) router: Address,
    pub(crate) pair: Address,
    pub(crate) feed: Address,
    pub(crate) average: Address,
    pub(crate) cash_valuer: Address,
    pub(crate) stock_valuer: Address,
    pub(crate) pair_valuer: Address,
    /// Rounds of the feed that strategies take for a month.
    stride: U256,
    observed: u64,
}

impl Venue {
    /// Deploys everything and puts liquidity in at the price of `history`'s end.
    pub(crate) fn deploy(driver: &mut Driver, history: &[u64], stride: u64) -> Self {
        let (author, arbitrageur) = (account(0), account(9));
        let token =
            |driver: &mut Driver, name: &str| driver.deploy("VenueToken", &author, &(name,).abi_encode_params());
        let (cash, stock) = (token(driver, "CASH"), token(driver, "STOCK"));
        let factory = driver.deploy("UniswapV2Factory", &author, &author.address.abi_encode());
        let router = driver.deploy("UniswapV2Router02", &author, &(factory, WETH9).abi_encode_params());
        let answers: Vec<I192> = history.iter().map(|price| I192::unchecked_from(*price)).collect();
        let feed = driver.deploy("HistoryFeed", &author, &(author.address, answers).abi_encode_params());
        let cash_valuer = driver.deploy("FixedValuer", &author, &U256::from(18).abi_encode());
        driver.settle_sent();
        let pair = IFactory::createPairCall { tokenA: stock, tokenB: cash };
        driver.call("createPair", &author, factory, 4_000_000, pair);
        driver.settle_sent();
        let pair = driver.view(factory, IFactory::getPairCall { tokenA: stock, tokenB: cash });
        let first = history.last().copied().unwrap_or_default();
        Self::fill(driver, [&author, &arbitrageur], [stock, cash, router], first);
        let is_first = stock < cash;
        let average = driver.deploy("PairAverage", &author, &(pair, is_first, cash_valuer).abi_encode_params());
        driver.settle_sent();
        let arguments = (feed, average, U256::from(18), U256::from(MAX_AGE), U256::from(MAX_DEVIATION_BPS));
        let stock_valuer = driver.deploy("FeedValuer", &author, &arguments.abi_encode_params());
        let valuers = if is_first { (stock_valuer, cash_valuer) } else { (cash_valuer, stock_valuer) };
        let arguments = (pair, valuers.0, valuers.1).abi_encode_params();
        let pair_valuer = driver.deploy("LiquidityValuer", &author, &arguments);
        driver.settle_sent();
        let observed = driver.now();
        Self {
            author,
            arbitrageur,
            cash,
            stock,
            factory,
            router,
            pair,
            feed,
            average,
            cash_valuer,
            stock_valuer,
            pair_valuer,
            stride: U256::from(stride),
            observed,
        }
    }

    fn fill(driver: &mut Driver, keys: [&Account; 2], [stock, cash, router]: [Address; 3], price: u64) {
        let against = POOL_STOCK / E18 * u128::from(price) * FEED_TO_WAD;
        for (token, amount) in [(stock, 10 * POOL_STOCK), (cash, 10 * against)] {
            let to = keys.iter().map(|key| key.address).collect();
            driver.call("mint", keys[0], token, 200_000, IToken::mintCall { to, amount: U256::from(amount) });
            for key in keys {
                let approve = IToken::approveCall { spender: router, amount: U256::MAX };
                driver.call("approve", key, token, 100_000, approve);
            }
        }
        driver.settle_sent();
        let add = IRouter::addLiquidityCall {
            tokenA: stock,
            tokenB: cash,
            amountADesired: U256::from(POOL_STOCK),
            amountBDesired: U256::from(against),
            amountAMin: U256::ZERO,
            amountBMin: U256::ZERO,
            to: keys[0].address,
            deadline: U256::MAX,
        };
        driver.call("addLiquidity", keys[0], router, 1_000_000, add);
        driver.settle_sent();
    }

    /// Deploys a strategy on a model.
    pub(crate) fn strategy(&self, driver: &mut Driver, name: &'static str, model: B256) -> Address {
        let arguments = match name {
            "Prober" => (model, self.feed).abi_encode_params(),
            _ => (model, self.stride, self.feed, self.router, self.stock, self.cash, self.pair).abi_encode_params(),
        };
        driver.deploy(name, &self.author, &arguments)
    }

    /// The feed says a new price, in its 8 decimals.
    pub(crate) fn say(&self, driver: &mut Driver, price: u64) {
        let call = IFeed::pushCall { answer: I192::unchecked_from(price) };
        driver.call("push", &self.author, self.feed, 150_000, call);
    }

    /// Notes the pair's cumulative price where the last time is long enough ago.
    pub(crate) fn observe(&mut self, driver: &mut Driver) {
        if driver.now() >= self.observed + OBSERVE_SECONDS {
            driver.call("observe", &self.author, self.average, 250_000, IAverage::observeCall {});
            self.observed = driver.now() + 2 * crate::driver::L2_BLOCK_MS / 1_000;
        }
    }

    /// Stock and cash in the pair.
    pub(crate) fn reserves(&self, driver: &Driver) -> (u128, u128) {
        let held = driver.view(self.pair, IPair::getReservesCall {});
        let (first, second): (u128, u128) = (held.reserve0.to(), held.reserve1.to());
        if self.stock < self.cash { (first, second) } else { (second, first) }
    }

    /// Trades the pair to a price in the feed's 8 decimals. The fee is left out of account, so it stays a little behind.
    pub(crate) fn arbitrage(&self, driver: &mut Driver, price: u64) {
        let (stock, cash) = self.reserves(driver);
        let wad = U256::from(price) * U256::from(FEED_TO_WAD);
        let product = U256::from(stock) * U256::from(cash);
        // With a constant product, the stock at the price p is sqrt(k / p).
        let wanted_stock = (product * U256::from(E18) / wad).root(2);
        let wanted_cash = (product * wad / U256::from(E18)).root(2);
        let (path, amount) = if wanted_stock > U256::from(stock) {
            (vec![self.stock, self.cash], wanted_stock - U256::from(stock))
        } else {
            (vec![self.cash, self.stock], wanted_cash.saturating_sub(U256::from(cash)))
        };
        if amount < U256::from(E18 / 1_000) {
            return;
        }
        let swap = IRouter::swapExactTokensForTokensCall {
            amountIn: amount,
            amountOutMin: U256::ZERO,
            path,
            to: self.arbitrageur.address,
            deadline: U256::MAX,
        };
        driver.call("swap", &self.arbitrageur, self.router, 300_000, swap);
    }
}
