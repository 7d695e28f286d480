"""Certificates of service (志愿服务记录证明): one volunteer, one period, from the ledger's service records."""
