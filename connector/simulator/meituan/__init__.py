"""Simulated Meituan: calls by path, form pushes, refunds with ids, written from the platform's page (meituan)."""
