"""The right wing: Supabase, that is Postgres: tables, ledger, and the doors to them."""
