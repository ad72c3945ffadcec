"""Jobs from bot to engine, and word of them back: `job => row in the ledger, hints over a socket`. No torch."""
