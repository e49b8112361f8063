"""Simulated Ele.me: NOP calls, JSON pushes, orders, cases and riders, written from the platform's page (eleme)."""
