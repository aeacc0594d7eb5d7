"""Outside effects, recorded before they are tried, leased, carried out, and proved done."""
