"""Pages of the five formats, written for the tests; nobody in them exists."""

from __future__ import annotations

OPENWALL = """\
[<prev] [next>] [<thread-prev] [thread-next>] [day] [month] [year] [list]
Message-ID: <ow-1@mail.example.org>
Date: Mon, 02 Mar 2026 10:00:00 +0100
From: Ann Alpha <ann@...mple.org>
To: Bela Beta <bela@...mple.org>
Cc: Cleo Gamma <cleo@...mple.org>,
<linux-mm@...ple.net>
Subject: Re: [PATCH v2 1/3] mm: count heads
On 1 Mar 2026, at 9:30, Bela Beta wrote:
> On 2/28/26 18:00, Ann Alpha wrote:
>> The counter lives in the second page of every large one.
>>
> I do not think that it lives there any more.
It does, look at the header.
Best Regards,
Ann
Powered by blists - more mailing lists
"""

LORE = """\
From: Cleo Gamma <cleo@example.org>
To: "Ann Alpha (Example Works)" <ann@example.org>
Cc: Bela Beta <bela@example.org>,
linux-mm@example.org, linux-kernel@example.org
Subject: Re: [PATCH 1/2] mm: count
Date: Tue, 3 Mar 2026 12:00:00 +0000 [thread overview]
Message-ID: <lore-3@example.org> (raw)
In-Reply-To: <lore-2@example.org>
On Tue, Mar 03, 2026 at 11:30:00AM +0100, Ann Alpha wrote:
> > Where is it counted?
> In the second page.
Thanks, I see it now.
next prev parent reply other threads:[~2026-03-03 12:00 UTC|newest]
Thread overview: 6+ messages / expand[flat|nested] mbox.gz Atom feed top
2026-03-02 8:00 [PATCH 0/2] mm: count heads Bela Beta
2026-03-02 8:00 ` [PATCH 1/2] mm: count Bela Beta
2026-03-03 9:00 ` Cleo Gamma
2026-03-03 10:30 ` Ann Alpha (Example Works)
2026-03-03 12:00 ` Cleo Gamma [this message]
2026-03-02 8:00 ` [PATCH 2/2] mm: count more Bela Beta
Reply instructions:
You may reply publicly to this message via plain-text email
"""

LORE_HTML = """\
<html><head><title>Re: [PATCH 1/2] mm: count</title></head><body><form>search</form><pre
id=b>From: Cleo Gamma &lt;cleo@example.org&gt;
To: Ann Alpha &lt;ann@example.org&gt;
Cc: Bela Beta &lt;bela@example.org&gt;,
	linux-mm@example.org
Subject: Re: [PATCH 1/2] mm: count
Date: Tue, 3 Mar 2026 12:00:00 +0000	[<a href="#r">thread overview</a>]
Message-ID: &lt;lore-3@example.org&gt; (<a href="raw">raw</a>)
In-Reply-To: &lt;<a href="../lore-2@example.org/">lore-2@example.org</a>&gt;

On Tue, Mar 03, 2026 at 11:30:00AM +0100, Ann Alpha wrote:
<span class="q">&gt; In the second page.
</span>
Thanks, I see it now.

	if (x)
		return;
</pre><hr><pre>next prev parent reply	other threads:[~2026-03-03 12:00 UTC|newest]

Thread overview: 3+ messages / expand[flat|nested]  mbox.gz  Atom feed  top
2026-03-02  8:00 <a
href="../lore-0@example.org/">[PATCH 0/2] mm: count heads</a> Bela Beta
2026-03-02  8:00 ` <a
href="../lore%2d1@example.org/">[PATCH 1/2] mm: count</a> Bela Beta
<b>2026-03-03 12:00   ` <a
id=r
href="#t">Cleo Gamma [this message]</a></b>
</pre></body></html>
"""

VIEWER = """\
Thread (12 messages) 12 messages, 4 authors, 2026-03-09

Re: [PATCH 2/4] mm: clear the second page

From: Dora Delta <dora@example.org>
Date: 2026-03-05 07:00:00
Also in: linux-mm, lkml

On 2026-03-04 at 16:00 +0100, Cleo Gamma [off-list ref] wrote...
On Wed, Mar 04, 2026 at 09:00:00AM +0000, Bela Beta wrote:
quoted
On 3/3/26 14:00, Ann Alpha wrote:
quoted
The second page has to be cleared before it is handed out again, because nobody
else does it and the next owner expects zeroes there.
Why? The next owner clears it by himself as far as I can see from the code here.

Could you show me a place where it does not do that, please?
This is done in one place only, and it is not the place that we talk about here.

We should keep the clearing where it is and add a comment that says the reason.
quoted
quoted
And what about the third page?
Because it has nothing that lives longer than its owner it can stay as it was found.

Cleo

Keyboard shortcuts
hback out one level
jnext message in thread
"""

PASTED = """\
Thread (5 messages) 5 messages, 3 authors, 2026-03-09

Re: [PATCH v3 2/4] mm: clear the second page

From: Dora Delta <dora@example.org>
Date: 2026-03-05 07:00:00

On Wed, Mar 04, 2026 at 09:00:00AM +0000, Bela Beta wrote:
I went through all of it, here is each thing that I do not like:

\t\tpage[1].owner = NULL;

Why? Nobody reads the owner of a page that was just made.

\t\tatomic_set(&head->users, 1);\t/* nobody else can see the page by now */

This one is right, the count has to be one there.
Then I would rather have all of it in the caller, as it was before the change.
quoted
On 3/3/26 14:00, Ann Alpha wrote:
quoted
Should that be done for pages of every order?

Keyboard shortcuts
jnext message in thread
"""
"""A reviewer (Bela) shows two lines of the patch as if they were his own text."""

PROPOSED = """\
On 3 Mar 2026, at 11:00, Bela Beta wrote:

> Could the caller do all of this?

Perhaps. Then you would have

\t\tpage[1].owner = NULL;

here and

\t\tatomic_set(&head->users, 1);

there. It handles small pages too:

\tif (order)
\t\tset_order(head, order);

What do you think?

--
Best Regards,
Alpha, Ann

Reply via email to
"""
"""Statements that are the writer's own: what he proposes, and what he shows of code that is there."""

PATCHEW = """\
[PATCH v2 0/1] mm: count heads

Ann Alpha posted 1 patch 3\u00a0days, 2\u00a0hours ago
There is a newer version of this series
[PATCH v2 0/1] mm: count heads
Posted by Ann Alpha 3\u00a0days, 2\u00a0hours ago
This counts the heads of large pages and nothing else.

[PATCH v2 1/1] mm: count
Posted by Ann Alpha 3\u00a0days, 2\u00a0hours ago
Count the heads.

Signed-off-by: Ann Alpha <ann@example.org>
---
 mm/a.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1 +1 @@
-int a;
+int b;
--\x20
2.43.0
Re: [PATCH v2 1/1] mm: count
Posted by Bela Beta 2\u00a0days ago
On 1 Mar 2026, at 10:00, Ann Alpha wrote:

> Count the heads.

Whose heads are these?
Re: [PATCH v2 1/1] mm: count
Posted by Ann Alpha 1\u00a0day, 1\u00a0hour ago
On 02.03.26 11:00, Bela Beta wrote:
> On 1 Mar 2026, at 10:00, Ann Alpha wrote:
>
>> Count the heads.
>
> Whose heads are these?

Those of the large pages.
"""

MAIL_ARCHIVE = """\
On 3 Mar 2026, at 11:00, Bela Beta wrote:

> On 3/2/26 10:00, Cleo Gamma wrote:
>> The flag lives in the head page.
>
> Not any more.

It moved to the second page a year ago, see the log.

--
Best Regards,
Alpha, Ann

Reply via email to
"""

OPENWALL_HTML = """\
<!DOCTYPE HTML><html><head><title>x</title></head><body>
<a href="a">[&lt;prev]</a> <a href="b">[next&gt;]</a> <a href=".">[day]</a> <a href="/">[list]</a>
<pre style="white-space: pre-wrap">
Message-ID: &lt;ow-1@mail.example.org&gt;
Date: Mon, 02 Mar 2026 10:00:00 +0100
From: Ann Alpha &lt;ann@...mple.org&gt;
To: Bela Beta &lt;bela@...mple.org&gt;
Subject: Re: [PATCH v2 1/3] mm: count heads

On 1 Mar 2026, at 9:30, Bela Beta wrote:
&gt; I do not think that it lives there any more.

It does, look at the header.

	if (x)
</pre><p><a href="http://x/">Powered by blists</a> - more mailing lists</p></body></html>
"""

MAIL_ARCHIVE_HTML = """\
<!DOCTYPE html><html><head><title>Re: flags</title></head><body>
<div id="nav"><a href="a">Previous message</a> <a href="b">Next message</a></div>
<h1><span class="subject"><a href="c">Re: [PATCH 1/2] mm: flags</a></span></h1>
<p class="darkgray"><span class="sender pipe"><a href="d">Ann Alpha</a></span>
<span class="date"><a href="e">Tue, 03 Mar 2026 02:00:00 -0800</a></span></p>
<div itemprop="articleBody"><pre>On 3 Mar 2026, at 11:00, Bela Beta wrote:

&gt; Not any more.

It moved to the second page.
</pre></div><div class="reply"><h2>Reply via email to</h2></div></body></html>
"""

PATCHEW_HTML = """\
<!DOCTYPE html><html><head><title>x - Patchew</title></head>
<body><nav><a href="/">Patchew</a></nav>
<div class="container">
<h2>[PATCH v2 0/1] mm: count heads</h2>
<p>Ann Alpha posted <b>1</b> patch <span title="x">3&nbsp;days, 2&nbsp;hours ago</span></p>
<div class="alert">There is a newer version of this series</div>
<div class="message"><div class="panel-heading"><h3>[PATCH v2 0/1] mm: count heads</h3>
<h4>Posted by <b>Ann Alpha</b>
 <span>3&nbsp;days, 2&nbsp;hours ago</span></h4></div>
<div class="panel-body"><pre class="body-full">This counts the heads of large pages and nothing else.
</pre></div></div>
<div class="message"><div class="panel-heading"><h3>[PATCH v2 1/1] mm: count</h3>
<h4>Posted by <b>Ann Alpha</b>
 <span>3&nbsp;days, 2&nbsp;hours ago</span></h4></div>
<div class="panel-body"><pre class="body-full">Count the heads.

Signed-off-by: Ann Alpha &lt;ann@example.org&gt;
---
 mm/a.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1 +1 @@
-int a;
+int b;
--\x20
2.43.0</pre></div></div>
<div class="message"><div class="panel-heading"><h3>Re: [PATCH v2 1/1] mm: count</h3>
<h4>Posted by <b>Bela Beta</b>
 <span>2&nbsp;days ago</span></h4></div>
<div class="panel-body"><pre class="body-full">On 1 Mar 2026, at 10:00, Ann Alpha wrote:

&gt; Count the heads.

Whose heads are these?</pre></div></div>
<div class="message"><div class="panel-heading"><h3>Re: [PATCH v2 1/1] mm: count</h3>
<h4>Posted by <b>Ann Alpha</b>
 <span>1&nbsp;day, 1&nbsp;hour ago</span></h4></div>
<div class="panel-body"><pre class="body-full">On 02.03.26 11:00, Bela Beta wrote:
&gt; On 1 Mar 2026, at 10:00, Ann Alpha wrote:
&gt;
&gt;&gt; Count the heads.
&gt;
&gt; Whose heads are these?

Those of the large pages.
</pre></div></div>
</div></body></html>
"""

VIEWER_HTML = """\
<!DOCTYPE html><html><head><title>t</title><script>x</script></head>
<body><header><a href="/">Thread (12 messages)</a>
<span>12 messages, 4 authors, 2026-03-09</span></header>
<h1>Re: [PATCH 2/4] mm: clear the second page</h1>
<div>From: Dora Delta &lt;dora@example.org&gt;</div>
<div>Date: 2026-03-05 07:00:00</div><div>Also in: linux-mm, lkml</div>
<div class="body"><pre>
On 2026-03-04 at 16:00 +0100, Cleo Gamma [off-list ref] wrote...
On Wed, Mar 04, 2026 at 09:00:00AM +0000, Bela Beta wrote:
</pre><details open><summary>quoted</summary><pre>
On 3/3/26 14:00, Ann Alpha wrote:
</pre><details open><summary>quoted</summary><pre>
The second page has to be cleared before it is handed out again, because nobody
else does it and the next owner expects zeroes there.
Why? The next owner clears it by himself as far as I can see from the code here.

Could you show me a place where it does not do that, please?
This is done in one place only, and it is not the place that we talk about here.

We should keep the clearing where it is and add a comment that says the reason.
</pre><details open><summary>quoted</summary><pre>
</pre><details open><summary>quoted</summary><pre>
And what about the third page?
Because it has nothing that lives longer than its owner it can stay as it was found.

Cleo

</pre></details></details></details></details></div>
<div id="help"><h2>Keyboard shortcuts</h2>
<dl><dt>h</dt><dd>back out one level</dd></dl></div>
</body></html>
"""
