"""What the admin pages of all apps share: read-only pages, paging and small pieces of display."""
