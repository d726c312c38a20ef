/* inventory/javagroup.c — groups of artifacts that do not say theirs: libraries built by Gradle or Ant
 * carry no pom.properties, and advisories speak of group:artifact. Names as on Maven Central. */
#include "inventory/javameta.h"

struct row {
	str artifact; /* a * at its end: any name that starts so */
	str below;    /* for versions with a major number below `major`; empty: for all */
	unsigned major;
	str group;
};

#define G(artifact, group)               { STR_INIT(artifact), { 0 }, 0, STR_INIT(group) }
#define G2(artifact, below, major, group) { STR_INIT(artifact), STR_INIT(below), major, STR_INIT(group) }

// clang-format off
static const struct row rows[] = { /* the first that fits counts */
	G("spring-boot*", "org.springframework.boot"),
	G("spring-security-oauth*", "org.springframework.security.oauth"),
	G("spring-security-*", "org.springframework.security"),
	G("spring-cloud-gateway*", "org.springframework.cloud"),
	G("spring-cloud-*", "org.springframework.cloud"),
	G("spring-data-*", "org.springframework.data"),
	G("spring-batch-*", "org.springframework.batch"),
	G("spring-integration-*", "org.springframework.integration"),
	G("spring-kafka*", "org.springframework.kafka"),
	G("spring-rabbit*", "org.springframework.amqp"),
	G("spring-amqp", "org.springframework.amqp"),
	G("spring-retry", "org.springframework.retry"),
	G("spring-ldap-*", "org.springframework.ldap"),
	G("spring-session-*", "org.springframework.session"),
	G("spring-ws-*", "org.springframework.ws"),
	G("spring-xml", "org.springframework.ws"),
	G("spring-hateoas", "org.springframework.hateoas"),
	G("spring-graphql*", "org.springframework.graphql"),
	G("spring-statemachine-*", "org.springframework.statemachine"),
	G("spring-webflow", "org.springframework.webflow"),
	G("spring-vault-*", "org.springframework.vault"),
	G("spring-*", "org.springframework"),
	G("tomcat-embed-*", "org.apache.tomcat.embed"),
	G("tomcat-*", "org.apache.tomcat"),
	G("hibernate-validator*", "org.hibernate.validator"),
	G2("hibernate-core", "org.hibernate", 6, "org.hibernate.orm"),
	G("hibernate-*", "org.hibernate"),
	G("kotlin-*", "org.jetbrains.kotlin"),
	G("kotlinx-*", "org.jetbrains.kotlinx"),
	G("okhttp*", "com.squareup.okhttp3"),
	G("okio*", "com.squareup.okio"),
	G("retrofit", "com.squareup.retrofit2"),
	G("reactor-core", "io.projectreactor"),
	G("reactor-netty*", "io.projectreactor.netty"),
	G("micrometer-*", "io.micrometer"),
	G("grpc-*", "io.grpc"),
	G("rxjava", "io.reactivex.rxjava3"),
	G("lucene-*", "org.apache.lucene"),
	G("kafka-clients", "org.apache.kafka"),
	G("kafka_2.*", "org.apache.kafka"),
	G("kafka-streams*", "org.apache.kafka"),
	G("connect-*", "org.apache.kafka"),
	G("elasticsearch*", "org.elasticsearch"),
	G("opensearch*", "org.opensearch"),
	G("solr-*", "org.apache.solr"),
	G("bcprov-*", "org.bouncycastle"),
	G("bcpkix-*", "org.bouncycastle"),
	G("bcpg-*", "org.bouncycastle"),
	G("bcmail-*", "org.bouncycastle"),
	G("bcutil-*", "org.bouncycastle"),
	G("bc-fips", "org.bouncycastle"),
	G("scala-library", "org.scala-lang"),
	G("scala-compiler", "org.scala-lang"),
	G("scala-reflect", "org.scala-lang"),
	G("clojure", "org.clojure"),
	G("icu4j*", "com.ibm.icu"),
	G("nekohtml", "net.sourceforge.nekohtml"),
	G("jcommander", "com.beust"),
	G("antlr-runtime", "org.antlr"),
	G("antlr4-*", "org.antlr"),
	G("ST4", "org.antlr"),
	G("jsr305", "com.google.code.findbugs"),
	G2("wiremock-*", "com.github.tomakehurst", 3, "org.wiremock"),
	G("aspectjweaver", "org.aspectj"),
	G("aspectjrt", "org.aspectj"),
	G2("groovy*", "org.codehaus.groovy", 4, "org.apache.groovy"),
	G2("asm*", "asm", 4, "org.ow2.asm"),
	G("armeria*", "com.linecorp.armeria"),
	G("brave*", "io.zipkin.brave"),
	G("ant", "org.apache.ant"),
	G("ant-*", "org.apache.ant"),
	G("ivy", "org.apache.ivy"),
	G("postgresql", "org.postgresql"),
	G("h2", "com.h2database"),
	G("hsqldb", "org.hsqldb"),
	G("derby*", "org.apache.derby"),
	G("mysql-connector-java", "mysql"),
	G("mysql-connector-j", "com.mysql"),
	G("mssql-jdbc", "com.microsoft.sqlserver"),
	G("ojdbc*", "com.oracle.database.jdbc"),
	G("mongodb-driver*", "org.mongodb"),
	G("mongo-java-driver", "org.mongodb"),
	G("xercesImpl", "xerces"),
	G("xml-apis", "xml-apis"),
	G("xalan", "xalan"),
	G2("dom4j", "dom4j", 2, "org.dom4j"),
	G("jdom2", "org.jdom"),
	G("jdom", "org.jdom"),
	G("cglib*", "cglib"),
	G("javassist", "org.javassist"),
	G("c3p0", "com.mchange"),
	G("quartz", "org.quartz-scheduler"),
	G("quartz-*", "org.quartz-scheduler"),
	G("ognl", "ognl"),
	G("beanshell", "org.beanshell"),
	G("bsh", "org.beanshell"),
	G("rhino", "org.mozilla"),
	G("jython*", "org.python"),
	G("velocity", "org.apache.velocity"),
	G("freemarker", "org.freemarker"),
	G("itextpdf", "com.itextpdf"),
	G("jgit", "org.eclipse.jgit"),
	G("junit", "junit"),
	G("hamcrest*", "org.hamcrest"),
	G("axis", "axis"),
	G("poi", "org.apache.poi"),
	G("poi-*", "org.apache.poi"),
	G("xmlbeans", "org.apache.xmlbeans"),
	G("batik-*", "org.apache.xmlgraphics"),
	G("jna*", "net.java.dev.jna"),
	G("commons-fileupload", "commons-fileupload"),
	G("commons-collections", "commons-collections"),
	G("commons-beanutils", "commons-beanutils"),
	G("commons-io", "commons-io"),
	G("commons-lang", "commons-lang"),
	G("commons-logging", "commons-logging"),
	G("commons-httpclient", "commons-httpclient"),
	G("log4j", "log4j"),
};
// clang-format on

static bool fits(str artifact, str want)
{
	if (want.p[want.n - 1] == '*')
		return str_starts(artifact, str_upto(want, want.n - 1));
	return str_eq(artifact, want);
}

static str known_group(str artifact, str version)
{
	uint64_t major = 0;

	for (size_t i = 0; i < LEN(rows); i++) {
		if (!fits(artifact, rows[i].artifact))
			continue;
		bool below = rows[i].below.n && str_u64(str_upto(version, str_chr(version, '.')), &major) &&
			     major < rows[i].major;
		return below ? rows[i].below : rows[i].group;
	}
	return (str){ 0 };
}

/* "org.apache.commons": two pieces or more, and the first is one that reversed domains start with */
static bool looks_like_group(str s)
{
	static const str tops[] = { STR_INIT("com"), STR_INIT("org"), STR_INIT("net"), STR_INIT("io"),
				    STR_INIT("edu"), STR_INIT("gov"), STR_INIT("dev"), STR_INIT("jakarta"),
				    STR_INIT("javax"), STR_INIT("info"), STR_INIT("biz"), STR_INIT("software") };
	str top = str_upto(s, str_chr(s, '.'));

	if (top.n == s.n || s.p[s.n - 1] == '.' || str_chr(s, ' ') < s.n)
		return false;
	for (size_t i = 0; i < LEN(tops); i++)
		if (str_eq(top, tops[i]))
			return true;
	return top.n == 2; /* of a country */
}

/* A module's name is often its group and then the artifact, or the artifact's last word:
 * "com.fasterxml.jackson.core.jackson-core", "org.apache.commons.lang3". */
static str without_artifact(str name, str artifact)
{
	str last = str_from(name, str_rchr(name, '.') + 1);
	str word = str_from(artifact, str_rchr(artifact, '-') == artifact.n ? 0 : str_rchr(artifact, '-') + 1);

	if (name.n > artifact.n && str_ends(name, artifact) && name.p[name.n - artifact.n - 1] == '.')
		return str_upto(name, name.n - artifact.n - 1);
	return str_eq(last, word) ? str_upto(name, name.n - last.n - 1) : name;
}

bool javameta_split_group(str name, str *group, str *artifact)
{
	size_t dot = str_rchr(name, '.');
	str head = str_upto(name, dot), tail = str_from(name, dot + 1);

	/* Eclipse's own artifacts are named as their packages: org.eclipse.core.runtime */
	if (!tail.n || !looks_like_group(head) || (tail.p[0] >= '0' && tail.p[0] <= '9') ||
	    (str_starts(head, STR("org.eclipse.")) && str_chr(tail, '-') == tail.n))
		return false;
	*group = head;
	*artifact = tail;
	return true;
}

str javameta_group(str artifact, str version, const struct manifest *m)
{
	const str names[] = { m->vendor_id, m->bundle_name, m->module };
	str group = known_group(artifact, version);

	for (size_t i = 0; i < LEN(names) && !group.n; i++) {
		str name = i ? without_artifact(names[i], artifact) : names[i];
		if (name.n && looks_like_group(name))
			group = name;
	}
	return group;
}
