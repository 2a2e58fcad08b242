"""How a page looks, in light and in dark, at a desk and on a phone."""

from __future__ import annotations

STYLE = """
:root{--ink:#1f2328;--faint:#d1d9e1;--paper:#ffffff;--serving:#0b6bcb;--bound:#8250d0;--room:#efe9fb;--ready:#1a7f4b;
--failed:#cf2a1b;--open:#8c959e;--stop:#f9e7c4;--word:#8a5a00;--muted:#59636e;--card:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#3a424c;--paper:#0d1117;--serving:#58a6ff;
--bound:#b794f6;--room:#1d1a2e;--ready:#3fb970;--failed:#ff7b6e;--open:#7d8791;--stop:#3a2f14;--word:#e3b341;--muted:#9aa4af;
--card:#161b22}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:1.6rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:32px 0 8px}
.lead{margin:4px 0 0;color:var(--muted);font-size:1.05rem;overflow-wrap:anywhere}
.why{margin:12px 0 0;padding:8px 12px;border-left:4px solid var(--failed);background:var(--card);overflow-wrap:anywhere}
.badge{font-size:.85rem;font-weight:600;padding:2px 10px;border-radius:12px;border:1px solid;vertical-align:middle;
white-space:nowrap}
.good{color:var(--ready)}.warned{color:var(--word)}.badge.bad{color:var(--failed)}.badge.open{color:var(--muted)}
dl{display:flex;flex-wrap:wrap;gap:8px 28px;margin:16px 0 8px}
dt{color:var(--muted);font-size:.8rem}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
figure{margin:16px 0}figure svg{width:100%;height:auto;display:block}
figure text{font-family:inherit}
.narrow{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th{text-align:left;color:var(--muted);font-weight:600;white-space:nowrap}
th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--faint);vertical-align:top}
td:first-child,td:nth-child(2){white-space:nowrap}
tr.bad td:first-child{box-shadow:inset 3px 0 var(--failed);padding-left:8px}
tr.asked td:first-child{box-shadow:inset 3px 0 var(--word);padding-left:8px}
.gap{color:var(--muted);text-align:center}
summary{cursor:pointer;font-size:1.1rem;font-weight:600;margin:32px 0 8px}
.note,footer{color:var(--muted);font-size:.85rem}footer{margin-top:40px}
code{background:var(--card);padding:1px 5px;border-radius:4px;overflow-wrap:anywhere}
@media (max-width:720px){main{padding:16px 14px 40px}.wide{display:none}.narrow{display:block}h1{font-size:1.3rem}
table,tbody,tr,td{display:block}thead{display:none}
td{border:0;padding:0 0 2px;white-space:normal!important;overflow-wrap:anywhere}
tr{border-bottom:1px solid var(--faint);padding:8px 0}
td:first-child{color:var(--muted);display:inline-block;margin-right:10px}
td:nth-child(2){display:inline-block;color:var(--muted)}
td:empty{display:none}}
@media print{.narrow{display:none}.wide{display:block}}
"""
