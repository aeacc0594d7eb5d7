"""Plugins: hook specifications, the Channel and Network contracts, and the plugin registry.

A plugin author needs `stockpool.plugins.channel` or `.network`, `stockpool.errors` and, to build
orders, `stockpool.OrderRequest`.
"""
