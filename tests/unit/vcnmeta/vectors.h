/*
 * Published test data of request signing: the sample key, the requests, their
 * signing strings and signatures of Oracle's documentation ("Request
 * Signatures", test values) as the Go SDK's common/http_signer_test.go repeats
 * them, the empty POST of github.com/scottharwell/SwiftOciRequestSigner, and
 * the sample leaf certificate of the Go SDK's federation_client_test.go. What
 * is our own is said to be. Nobody's credentials.
 */
#ifndef TEST_VCNMETA_VECTORS_H
#define TEST_VCNMETA_VECTORS_H

/* PKCS#1 in base64, without the lines around it; 1024 bits. */
static const char vector_key[] =
	"MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF\n"
	"NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F\n"
	"UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB\n"
	"AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA\n"
	"QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK\n"
	"kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg\n"
	"f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u\n"
	"412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc\n"
	"mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7\n"
	"kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA\n"
	"gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW\n"
	"G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI\n"
	"7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==\n";

static const char vector_body[] =
	"{\n"
	"    \"compartmentId\": \"ocid1.compartment.oc1..aaaaaaaam3we6vgnhe"
	"rjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa\",\n"
	"    \"instanceId\": \"ocid1.instance.oc1.phx.abuw4ljrlsfiqw6vzzxb4"
	"3vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a\",\n"
	"    \"volumeId\": \"ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux"
	"7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q\"\n"
	"}";

static const char vector_get_string[] =
	"date: Thu, 05 Jan 2014 21:31:40 GMT\n"
	"(request-target): get /20160918/instances?availabilityDomain=Pjwf%"
	"3A%20PHX-AD-1&compartmentId=ocid1.compartment.oc1..aaaaaaaam3we6vg"
	"nherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa&displayName=TeamXIns"
	"tances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcv"
	"zfs3s66izvxf2h4lgvyndsdsnoiwr5q\n"
	"host: iaas.us-phoenix-1.oraclecloud.com";

static const char vector_post_string[] =
	"date: Thu, 05 Jan 2014 21:31:40 GMT\n"
	"(request-target): post /20160918/volumeAttachments\n"
	"host: iaas.us-phoenix-1.oraclecloud.com\n"
	"content-length: 316\n"
	"content-type: application/json\n"
	"x-content-sha256: V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=";

static const char vector_post_empty_string[] =
	"date: Thu, 05 Jan 2014 21:31:40 GMT\n"
	"(request-target): post /20160918/volumeAttachments\n"
	"host: iaas.us-phoenix-1.oraclecloud.com\n"
	"content-length: 0\n"
	"content-type: application/json\n"
	"x-content-sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

static const char vector_get_sun_string[] =
	"date: Sun, 05 Jan 2014 21:31:40 GMT\n"
	"(request-target): get /20160918/instances?availabilityDomain=Pjwf%"
	"3A%20PHX-AD-1&compartmentId=ocid1.compartment.oc1..aaaaaaaam3we6vg"
	"nherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa&displayName=TeamXIns"
	"tances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcv"
	"zfs3s66izvxf2h4lgvyndsdsnoiwr5q\n"
	"host: iaas.us-phoenix-1.oraclecloud.com";

static const char vector_get_port_string[] = "date: Thu, 05 Jan 2014 21:31:40 GMT\n"
					     "(request-target): get /api\n"
					     "host: localhost:7000";

static const char vector_get_signature[] =
	"GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkF"
	"IWtTtLBj3sUzaFj34XE6YZAHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTl"
	"l8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M=";

static const char vector_post_signature[] =
	"Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uP"
	"jYEl0qIdazWaBy/Ml8DRhqlocMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hY"
	"fP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso=";

static const char vector_post_empty_signature[] =
	"YebLSmHp/IJ1HYae00Udz4kBArPDldBPPK79keGO3HgvB4aWrtjkev0hp6hmR3LSb5"
	"/Fy3WaI9W+A6kJUlSweboGX/GEBgKnXdpoNpJl655tJDZAly0jfQ8ZaYeyBosqRGN1"
	"0EUDyHUEYGAxbo/8NDVlsrWGcMMYRw16DcnE9xg=";

static const char vector_get_sun_signature[] =
	"JDFdcwTJ0TbiDFvAv5Q2irKMwrvEQoVzw9qYvcVianMskb8XrLLFlvs3Yr9uz/d9y7"
	"4rMqxRlWS0KATOlhD1ao2+/FnyOj2yjdWCSjDnKR56uV8IsWCum0g7eY5jXnfOSACB"
	"j01gwbM28JYrJ//DLmyUzF4QPScgFYXrAmrwQO0=";

/* The string is published, the signature is our own. */
static const char vector_get_port_signature[] =
	"bA7yY54T16j4VZQZ46bCZ1irXJRcIf0bnQSvVyENrzPiRTPLWuPpYn4vqd4SNCB4fl"
	"zwpQmtYs8awLW5Ql+xrxCLRkuNOmEMt/YvfvRygkeV4rDGgQaS/zm1iWqdUl1GcdL1"
	"ZL/ERvaYdwT9AY/mFugurgFU/ES3eXqDXm4wgm8=";

static const char vector_leaf[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIEfzCCA2egAwIBAgIRAJNzEqD3n5To66H1rEDhKyMwDQYJKoZIhvcNAQELBQAw\n"
	"gfgxgccwHAYDVQQLExVvcGMtY2VydHR5cGU6aW5zdGFuY2UwKgYDVQQLEyNvcGMt\n"
	"aW5zdGFuY2Uub2NpZDEucGh4LmJsdWhibHVoYmx1aDA5BgNVBAsTMm9wYy1jb21w\n"
	"YXJ0bWVudDpvY2lkMS5jb21wYXJ0bWVudC5vYzEuYmx1aGJsdWhibHVoMEAGA1UE\n"
	"CxM5b3BjLXRlbmFudDpvY2lkdjE6dGVuYW5jeTpvYzE6cGh4OjEyMzQ1Njc4OTA6\n"
	"Ymx1aGJsdWhibHVoMSwwKgYDVQQDEyNvY2lkMS5pbnN0YW5jZS5vYzEucGh4LmJs\n"
	"dWhibHVoYmx1aDAeFw0xNzExMzAwMDA4MzRaFw0xODExMzAwMDA4MzRaMIH4MYHH\n"
	"MBwGA1UECxMVb3BjLWNlcnR0eXBlOmluc3RhbmNlMCoGA1UECxMjb3BjLWluc3Rh\n"
	"bmNlLm9jaWQxLnBoeC5ibHVoYmx1aGJsdWgwOQYDVQQLEzJvcGMtY29tcGFydG1l\n"
	"bnQ6b2NpZDEuY29tcGFydG1lbnQub2MxLmJsdWhibHVoYmx1aDBABgNVBAsTOW9w\n"
	"Yy10ZW5hbnQ6b2NpZHYxOnRlbmFuY3k6b2MxOnBoeDoxMjM0NTY3ODkwOmJsdWhi\n"
	"bHVoYmx1aDEsMCoGA1UEAxMjb2NpZDEuaW5zdGFuY2Uub2MxLnBoeC5ibHVoYmx1\n"
	"aGJsdWgwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDOEGPhWFLIU/1w\n"
	"gncMPddP01Mo80GEZ1h2A+QGC/1ha0gxp/yVNIi2rNwwjLiqtAGaMbGnVicaPpOm\n"
	"uNiHWf92E2jwEcy2Q0kA+FwHINDjmzrjMgQFTI4MDIA0bLdZY9KX5CFqw3pwqkyC\n"
	"KfsZRjUiOmlELbnCb7NQIyd5t3zZfgFv6EOFW4qPdTHrr5Gql1knpUNjUeYR4ZxI\n"
	"BB6NIxBV3Dm3PRDClP/2/Q5zwsZepRYmWyBe6WsfIvB86x5xH19CGe4HGYrNr1YF\n"
	"+q9+iDb8PuLfr+gxW7PJPo/TxBgdko0h981nPYzbju9eVa2KKjK6fmzjSvNkgJWn\n"
	"11ngT5mBAgMBAAGjAjAAMA0GCSqGSIb3DQEBCwUAA4IBAQANjXNFgZ+q/OGZ4bBY\n"
	"uyFUU/yWz+BtkTzukZa7HT78w4qVE+Gjunc9ad5D2Afr+qTl4sazTTVWTI+KyRJW\n"
	"5aHWwTUSXSwYrUOQbV0rktLbS4vJggVnU50Y8pdaXq1q+3B4t1DIJwrN2sWu3krA\n"
	"bQKgOQzEUwm2OZJf0lPA9bp+HVv0iA17wUazgvHVPt/93Yr8e1VQT43ygG990KIT\n"
	"gipcAk/44ONyBS8W8QRhzpuErEHCcSR+3+KBtwVZgzaVR6+mb5KFYFpXBrgs8YOe\n"
	"P2X4jUFjRbpUMbNi9Q6V8mAzejPc8Hqk3116Fpl62PGiW802n4CMtDXYxawJSRxV\n"
	"WO1p\n"
	"-----END CERTIFICATE-----\n";

#endif
